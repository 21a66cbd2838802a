/* An exemplar's slot: one thread writes over it, another reads it, at any time.
 *
 * What is proved, by looking at every reachable state:
 *   - What is taken was written so, whole (`exemplar_whole`), and is newer than what was taken before (`never_older`).
 *   - A look that begins after the last exemplar was written takes it, or has taken it, unless the thread has died in the middle
 *     of one (`latest_in_the_end`).
 *   - So it is though the series may be read from the directory after its first exemplar was found.
 *   - Neither side ever waits for the other (the never claim at the end, with -DCHECK_WAITING).
 *
 * One slot of two words does for all. Version and count wrap in the middle of a run. All accesses are atomic, as in the source,
 * so interleaving single accesses is right.
 */

#define MODULUS 16        /* of version and count: 2^32 in the source */
#define FIRST 12          /* where both begin: the version wraps with the second exemplar, the count with the fourth */
#ifndef TOTAL_MAX
#define TOTAL_MAX 5       /* exemplars in all */
#endif

#define CLAIM(name, holds) assert(holds)

/* ---- shared memory ---- */
bool published;            /* the directory holds the series */
byte version = FIRST;      /* ExemplarWord.version */
byte upper, lower;         /* two of the other words: they hold the number of the exemplar they are of */
byte written = FIRST;      /* LaneWord.exemplars */

/* ---- what only the proof knows ---- */
byte total;                /* exemplars that have been begun */
bool isProducerGone, isReaderDone;
bool isDead;
byte producerPid, readerPid;

#define OR_DIES :: atomic { isDead = true; goto gone }

/* ExemplarWriter.keep, from where the slot is known */
proctype Producer() {
  producerPid = _pid;
  published = true;

idle:
  if
  :: atomic { total < TOTAL_MAX -> total++ }
  :: goto gone
  fi;
#ifdef MUTANT_EXEMPLAR_COUNTED_FIRST
  written = (written + 1) % MODULUS;
#endif
#ifndef MUTANT_EXEMPLAR_WITHOUT_ODD_VERSION
  if
  :: version = version | 1
  OR_DIES
  fi;
#endif
  if
  :: upper = total
  OR_DIES
  fi;
  if
  :: lower = total
  OR_DIES
  fi;
  if
  :: version = ((version | 1) + 1) % MODULUS
  OR_DIES
  fi;
#ifndef MUTANT_EXEMPLAR_COUNTED_FIRST
  if
  :: written = (written + 1) % MODULUS
  OR_DIES
  fi;
#endif
  goto idle;
gone:
  isProducerGone = true
}

/* ExemplarReader.take, again and again. */
proctype Reader() {
  byte found, seen, versionSeen, versionFound, upperFound, lowerFound, taken;
  bool isBehind, isKnown, isLast;
  readerPid = _pid;
  seen = FIRST;
  versionSeen = FIRST;

turn:
  isLast = isProducerGone;
  /* A drain comes first. */
  isKnown = published;
  atomic {
    found = written;
    if
    :: found == seen && !isBehind -> goto ends
    :: else -> seen = found; isBehind = false
    fi
  };
  atomic {
    if
    :: version == versionSeen -> goto ends
    :: else
    fi
  };
read:
  atomic {
    versionFound = version;
    if
#ifndef MUTANT_EXEMPLAR_ODD_VERSION_READ
    :: (versionFound & 1) == 1 -> goto again
    :: (versionFound & 1) == 0
#else
    :: true
#endif
    fi
  };
  upperFound = upper;
  lowerFound = lower;
  atomic {
    if
#ifndef MUTANT_EXEMPLAR_VERSION_NOT_CHECKED
    :: version != versionFound -> goto again
    :: version == versionFound ->
#else
    :: true ->
#endif
      CLAIM(exemplar_whole, upperFound == lowerFound);
      if
      :: isKnown ->
        CLAIM(never_older, upperFound > taken);
        taken = upperFound;
        versionSeen = versionFound
#ifdef MUTANT_EXEMPLAR_LEFT_FOR_GOOD
      :: else
#else
      :: else -> isBehind = true
#endif
      fi;
      goto ends
    fi
  };

again:
  /* Read again, or not: it is counted once it is written, and is news then. */
  if
  :: goto read
  :: skip
  fi;

ends:
  atomic {
    found = 0; versionFound = 0; upperFound = 0; lowerFound = 0;
    if
    :: isLast ->
      CLAIM(latest_in_the_end, isDead || taken == total);
      isReaderDone = true
    :: else -> goto turn
    fi
  }
}

init {
  atomic { run Producer(); run Reader() }
}

#ifdef CHECK_WAITING
/* In every state both sides can take their next step, whatever the other has done or failed to do. */
never {
  do
  :: !isProducerGone && producerPid > 0 && !enabled(producerPid) -> break
  :: !isReaderDone && readerPid > 0 && !enabled(readerPid) -> break
  :: else
  od
}
#endif
