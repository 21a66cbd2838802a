/** Does nothing: what a process costs by itself. */
