/* The counter's cell: two 32-bit words, one writer, and a reader that comes at any time.
 *
 * What is proved, by looking at every reachable state:
 *   - The value read is never more than what was counted (`never_too_much`).
 *   - What was taken never shrinks, and adds up to the value of the cell at the end (`all_taken`).
 *   - Neither side ever waits for the other (the never claim at the end, with -DCHECK_WAITING).
 *
 * The low word wraps at LOW_MODULUS (2^32 in the source), the counter is added to until it would pass TOTAL_MAX: the
 * high word is raised several times. The low word is stored plainly, so its store waits in a buffer until it reaches
 * memory, or until the next atomic access of the same thread forces it out.
 */

#define LOW_MODULUS 4
#define TOTAL_MAX 19

#define CLAIM(name, holds) assert(holds)

/* ---- shared memory ---- */
byte low;                 /* EntryWord.counterLow */
byte high;                /* EntryWord.counterHigh */
byte seen;                /* ENTRY_COUNTER_SEEN_DOUBLES */

/* ---- a plain store on its way ---- */
byte ownLow;              /* what the writer itself reads: a thread sees its own stores */
bool lowDue;

/* ---- what only the proof knows ---- */
byte counted;             /* all increments so far */
byte taken;               /* what the series was given */
bool isWriterGone, isReaderGone;
byte writerPid, readerPid;

inline completeStores() { low = ownLow; lowDue = false }

proctype Writer() {
  byte by, before;
  writerPid = _pid;

idle:
  if
  :: by = 1
  :: by = 2
  :: by = 3
  :: goto gone
  fi;
  if
  :: counted + by > TOTAL_MAX -> goto gone
  :: else
  fi;
  /* Counter.add */
#ifdef MUTANT_HIGH_BEFORE_LOW
  atomic {
    if
    :: ownLow + by >= LOW_MODULUS -> completeStores(); high++
    :: else
    fi
  };
#endif
  atomic { before = ownLow; ownLow = (before + by) % LOW_MODULUS; lowDue = true; counted = counted + by };
#ifndef MUTANT_HIGH_BEFORE_LOW
  if
  :: ownLow < before ->
    /* #carry */
    atomic { completeStores() };
    atomic { high++ }
  :: else
  fi;
#endif
  atomic { by = 0; before = 0; goto idle };
gone:
  /* Thread exit: whatever it stored reaches memory. */
  atomic { completeStores(); isWriterGone = true }
}

proctype StoreBuffer() {
end:
  do
  :: atomic { lowDue -> completeStores() }
  od
}

/* LaneReader.#takeCounters */
proctype Reader() {
  byte highRead, lowRead;
  bool isLast;
  readerPid = _pid;

turn:
#ifndef MUTANT_GONE_LOOKED_AT_LATE
  isLast = isWriterGone;
#endif
#ifdef MUTANT_LOW_READ_FIRST
  lowRead = low;
  highRead = high;
#else
  highRead = high;
  lowRead = low;
#endif
  if
  :: high != highRead -> goto next
  :: high == highRead
  fi;
  atomic {
    CLAIM(never_too_much, highRead * LOW_MODULUS + lowRead <= counted);
    if
    :: highRead * LOW_MODULUS + lowRead > seen ->
      taken = taken + highRead * LOW_MODULUS + lowRead - seen;
      seen = highRead * LOW_MODULUS + lowRead
    :: else
    fi
  };
next:
#ifdef MUTANT_GONE_LOOKED_AT_LATE
  isLast = isWriterGone;
#endif
  atomic {
    highRead = 0; lowRead = 0;
    if
    :: isLast -> CLAIM(all_taken, taken == counted); isReaderGone = true
    :: else -> goto turn
    fi
  }
}

init {
  atomic { run Writer(); run StoreBuffer(); run Reader() }
}

#ifdef CHECK_WAITING
never {
  do
  :: !isWriterGone && writerPid > 0 && !enabled(writerPid) -> break
  :: !isReaderGone && readerPid > 0 && !enabled(readerPid) -> break
  :: else
  od
}
#endif
