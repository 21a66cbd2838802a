/* The summary of a lane: counts that one thread adds to, and another reads by difference, at any time.
 *
 * What is proved, by looking at every reachable state:
 *   - A drain takes every sample that was said to be there when it began (`all_taken`), and where it finds nothing new at
 *     most the sample is missing that is just being added (`none_missed`).
 *   - What was taken is never more than one sample ahead of what is said to be there (`one_ahead`).
 *   - The figures that are taken are those of one version, whole, whatever was written meanwhile (`figures_whole`).
 *   - In the end all samples are taken, and their figures, but for the one sample, or its figures, that a thread was adding when
 *     it died (`all_in_the_end`).
 *   - Neither side ever waits for the other (the never claim at the end, with -DCHECK_WAITING).
 *
 * Two buckets and figures of two words do for all. Counts, version and total wrap in the middle of a run. All accesses are atomic, as in the source, so interleaving single accesses is right.
 */

#define MODULUS 16        /* of counts, version and `summarized`: 2^32 in the source */
#define FIRST 14          /* where all of them begin: they wrap with the third sample */
#ifndef TOTAL_MAX
#define TOTAL_MAX 5       /* samples in all */
#endif
#define LESS(a, b) (((a) - (b)) & (MODULUS - 1))

#define CLAIM(name, holds) assert(holds)

/* ---- shared memory ---- */
byte bucket[2] = FIRST;    /* two words of a page of counts */
byte version = FIRST;      /* SummaryWord.version */
byte upper[2] = FIRST, lower[2] = FIRST; /* two words of each copy of the figures: they hold the version the figures are of */
byte summarized = FIRST;   /* LaneWord.summarized */
byte summarizedSeen = FIRST; /* LaneWord.summarizedSeen */

/* ---- the aggregator's pool ---- */
byte bucketSeen[2] = FIRST;
byte versionSeen = FIRST;  /* samples that were counted, modulo */
byte figuresSeen = FIRST;

/* ---- what only the proof knows ---- */
byte total;                /* samples that have been begun */
byte unread;               /* samples in the buckets that were not taken */
bool isAdding;             /* a sample is in its bucket and not in `summarized` */
bool isProducerGone, isAggregatorDone;
bool isDead;
byte producerPid, aggregatorPid;

#define OR_DIES :: atomic { isDead = true; goto gone }

/* SummaryWriter.add */
proctype Producer() {
  byte next;
  producerPid = _pid;

idle:
  if
#ifdef MUTANT_SUMMARIZED_BEFORE_BUCKET
  :: atomic { total < TOTAL_MAX -> total++; summarized = (summarized + 1) % MODULUS; goto count }
#else
  :: atomic { total < TOTAL_MAX -> total++; goto count }
#endif
  :: goto gone
  fi;

count:
  if
  :: atomic { bucket[0] = (bucket[0] + 1) % MODULUS; unread++; isAdding = true; goto write }
  :: atomic { bucket[1] = (bucket[1] + 1) % MODULUS; unread++; isAdding = true; goto write }
  OR_DIES
  fi;

write:
  /* #addFigures: into the copy that the version does not name. */
  next = (version + 1) % MODULUS;
#ifdef MUTANT_VERSION_BEFORE_COPY
  version = next;
#endif
#ifdef MUTANT_COPY_THAT_STANDS
#define COPY(of) 0
#else
#define COPY(of) ((of) & 1)
#endif
  if
  :: upper[COPY(next)] = next
  OR_DIES
  fi;
  if
  :: lower[COPY(next)] = next
  OR_DIES
  fi;
  if
  :: version = next
  OR_DIES
  fi;
  if
#ifdef MUTANT_SUMMARIZED_BEFORE_BUCKET
  :: atomic { isAdding = false; next = 0; goto idle }
#else
  :: atomic { summarized = (summarized + 1) % MODULUS; isAdding = false; next = 0; goto idle }
#endif
  OR_DIES
  fi;
gone:
  isProducerGone = true
}

inline take(which) {
  atomic {
    grown = LESS(bucket[which], bucketSeen[which]);
    bucketSeen[which] = bucket[which];
    versionSeen = (versionSeen + grown) % MODULUS;
    taken = taken + grown;
    unread = unread - grown;
    grown = 0
  }
}

/* SummaryReader.take, again and again. */
proctype Aggregator() {
  byte found, versionFound, upperFound, lowerFound, grown, taken;
  bool isBehind, isLast;
  aggregatorPid = _pid;

turn:
  isLast = isProducerGone;
  atomic {
    found = summarized;
    if
    :: found == summarizedSeen && !isBehind -> CLAIM(none_missed, unread <= isAdding); goto taken_all
    :: else
    fi
  };
  isBehind = false;
  atomic {
    if
    :: version == versionSeen && figuresSeen == versionSeen -> CLAIM(none_missed, unread <= isAdding); goto ends
    :: else
    fi
  };
  take(0);
  take(1);

figures:
  versionFound = version;
  upperFound = upper[COPY(versionFound)];
  lowerFound = lower[COPY(versionFound)];
  atomic {
    if
#ifdef MUTANT_FIGURES_NOT_CHECKED
    :: true ->
#else
    :: version == versionFound ->
#endif
      CLAIM(figures_whole, upperFound == versionFound && lowerFound == versionFound);
      figuresSeen = versionFound;
#ifndef MUTANT_NEVER_BEHIND
      isBehind = (versionFound != versionSeen)
#endif
    /* Read again, or left for the next drain. */
#ifndef MUTANT_FIGURES_NOT_CHECKED
    :: version != versionFound -> goto figures
    :: version != versionFound -> isBehind = true
#endif
    fi;
    versionFound = 0; upperFound = 0; lowerFound = 0
  };

ends:
  atomic {
    summarizedSeen = (summarizedSeen + taken) % MODULUS;
    taken = 0;
    CLAIM(all_taken, LESS(summarizedSeen, found) < MODULUS / 2);
    CLAIM(one_ahead, LESS(summarizedSeen, summarized) <= isAdding || LESS(summarizedSeen, summarized) >= MODULUS / 2)
  };
taken_all:
  atomic {
    found = 0;
    if
    :: isLast ->
      CLAIM(all_in_the_end, unread <= isDead && LESS(versionSeen, figuresSeen) <= isDead);
      isAggregatorDone = true
    :: else -> goto turn
    fi
  }
}

init {
  atomic { run Producer(); run Aggregator() }
}

#ifdef CHECK_WAITING
/* In every state both sides can take their next step, whatever the other has done or failed to do. */
never {
  do
  :: !isProducerGone && producerPid > 0 && !enabled(producerPid) -> break
  :: !isAggregatorDone && aggregatorPid > 0 && !enabled(aggregatorPid) -> break
  :: else
  od
}
#endif
