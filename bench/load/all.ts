/** The questions of what a program under load feels, in the order they are answered. */
import type { Question } from '../core/question.ts'

export const LOAD_QUESTIONS: readonly Question[] = []
