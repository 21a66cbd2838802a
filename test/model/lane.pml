/* The lane: one producer, one aggregator, and every interleaving of the two.
 *
 * What is proved, by looking at every reachable state:
 *   - No sample is torn, skipped, duplicated or reordered while one aggregator lives (`intact`).
 *   - recorded = drained + dropped + pending + unpublished, in every state (`conserved`).
 *   - A drain never finds more than a lane holds (`fill_in_range`).
 *   - A thread that ends leaves nothing behind (`nothing_left_behind`). One that dies leaves at most one batch unpublished
 *     (`batch_bounds_loss`), and everything it had published is drained.
 *   - Lost samples are counted for the lane and for their series (`series_losses_known`).
 *   - An aggregator that dies leaves at most one batch of samples in doubt (`one_batch_in_doubt`). These are samples that
 *     its successor folds again, and that the total of drained samples may have counted already. Nothing is skipped.
 *   - Neither side ever waits for the other (the never claim at the end, with -DCHECK_WAITING).
 *
 * Runs have no end and no bound on samples: indices, ordinals and counts wrap, and what is compared are differences.
 *
 * Interleaving at single accesses is right for `Atomics`: they are sequentially consistent. Slots are stored plainly. The
 * ECMAScript memory model promises sequential consistency to programs without data races, and the lane has none if no
 * slot is read and written without a publishing in between: which is what `intact` says. To show it instead of assuming
 * it, plain stores are weaker here than the proof needs: a push leaves its two stores in a buffer, from where they reach
 * memory one by one, in any order, also across slots, until the atomic store of an index forces out what is left.
 * Plain loads take place in either order, between the load of the write index and the store of the read index.
 */

#ifndef CAPACITY
#define CAPACITY 4        /* slots: a power of two */
#endif
#ifndef ROOM_TAKEN
#define ROOM_TAKEN 2      /* slots of room taken at a time; capacity >> 2 in the source */
#endif
#ifndef PUBLISH_EVERY
#define PUBLISH_EVERY 2   /* samples to a batch of the producer at most; up to 4 */
#endif
#ifndef READ_BATCH
#define READ_BATCH 2      /* samples between two stores of the read index; BATCH_SAMPLES in the source */
#endif
#ifndef INDEX_MODULUS
#define INDEX_MODULUS 16  /* indices run free through this; 2^32 in the source */
#endif
#ifndef DROPS_MODULUS
#define DROPS_MODULUS 4   /* counts of dropped samples run free through this; 2^32 in the source */
#endif
#define ORDINALS 16       /* ordinals run free through this: more than a lane can hold */

/* (a - b) | 0: a signed difference, so a capacity has to be less than half of the modulus. */
#define DIFFERENCE(a, b) ((((a) - (b) + INDEX_MODULUS / 2) & (INDEX_MODULUS - 1)) - INDEX_MODULUS / 2)

#ifdef MUTANT_INDEX_AS_WIDE_AS_LANE
#undef INDEX_MODULUS
#define INDEX_MODULUS CAPACITY
#undef DIFFERENCE
#define DIFFERENCE(a, b) (((a) - (b)) & (INDEX_MODULUS - 1))
#endif
#ifdef MUTANT_INDEX_WITHOUT_SIGN_BIT
#undef INDEX_MODULUS
#define INDEX_MODULUS (2 * CAPACITY)
#endif

#define WRAPPED(index) ((index) & (INDEX_MODULUS - 1))
#define SLOT(index) ((index) & (CAPACITY - 1))
#define DROPS_BETWEEN(a, b) (((a) - (b)) & (DROPS_MODULUS - 1))
#define MIN(a, b) ((a) < (b) -> (a) : (b))

/* scripts/model.mjs finds the claim's name in the line of an assertion that fails. */
#define CLAIM(name, holds) assert(holds)

/* ---- shared memory ---- */
byte header[CAPACITY] = ORDINALS, value[CAPACITY] = ORDINALS; /* the two words of each slot: here both hold the ordinal */
byte writeIndex;           /* LaneWord.writeIndex */
byte readIndex;            /* LaneWord.readIndex */
byte dropped;              /* LaneWord.dropped */
byte droppedSeen;          /* LaneWord.droppedSeen */
byte entryDropped;         /* EntryWord.dropped, of the one series there is */
byte entryDroppedSeen;     /* EntryWord.droppedSeen */
bool ended;                /* LaneWord.ended */

/* ---- plain stores on their way to memory ---- */
byte storing[CAPACITY];
bool headerDue[CAPACITY], valueDue[CAPACITY];

/* ---- the producer's own fields ---- */
byte ownWriteIndex, checkAt, publishAt, roomEnd;

/* ---- what only the proof knows ---- */
byte ordinal;              /* of the next sample that gets a slot */
byte ordinalAtReadIndex;   /* of the first sample that has not been given free */
short unaccounted;         /* recorded - LaneTotal.drained - LaneTotal.dropped */
bool isPushing;            /* a sample is recorded that has neither a slot nor been counted as dropped */
short drainedAhead;        /* samples in LaneTotal.drained that the read index does not show yet */
byte droppedAhead;         /* losses in LaneTotal.dropped that droppedSeen does not show yet */
bool entriesInDoubt;       /* an aggregator died between taking the lane's losses and the series' */
byte pendingCount;         /* samples published and not given free: counted, not taken from the indices */
byte unpublishedCount;     /* samples that have a slot and are not published, counted as well */
bool isProducerGone, isLaneReleased;
byte producerPid, aggregatorPid;

#ifdef MUTANT_STALE_ROOM
#define BATCH_END(length) WRAPPED(ownWriteIndex + length)
#else
#define BATCH_END(length) WRAPPED(ownWriteIndex + MIN(length, DIFFERENCE(roomEnd, ownWriteIndex)))
#endif
#define FEW_DROPS \
  DROPS_BETWEEN(dropped, droppedSeen) < DROPS_MODULUS / 2 && \
  DROPS_BETWEEN(entryDropped, entryDroppedSeen) < DROPS_MODULUS / 2
#define ACCOUNTS_CLOSE \
  unaccounted + drainedAhead + droppedAhead == \
  pendingCount + unpublishedCount + DROPS_BETWEEN(dropped, droppedSeen) + isPushing

/* An atomic store publishes plain stores before it. Which of them were visible earlier, and in which order, has been
 * decided by the store buffer. */
inline completeStores() {
  slot = 0;
  do
  :: slot < CAPACITY ->
    if
    :: headerDue[slot] -> header[slot] = storing[slot]; headerDue[slot] = false
    :: else
    fi;
    if
    :: valueDue[slot] -> value[slot] = storing[slot]; valueDue[slot] = false
    :: else
    fi;
    storing[slot] = 0;
    slot++
  :: else -> break
  od;
  slot = 0
}

/* LaneWriter.#publish. What it does about the lease is in lease.pml. */
inline storeWriteIndex(to) {
#ifndef MUTANT_INDEX_STORED_PLAINLY
  completeStores();
#endif
  writeIndex = to;
  pendingCount = pendingCount + unpublishedCount;
  unpublishedCount = 0
}

/* A slot is written by two plain stores. */
inline storeSlot(index) {
  storing[SLOT(index)] = ordinal;
  headerDue[SLOT(index)] = true;
  valueDue[SLOT(index)] = true;
  ordinal = (ordinal + 1) % ORDINALS
}

/* LaneWriter.publish: by the heartbeat, before a question, and whenever the thread wants to. */
inline publish() {
  storeWriteIndex(ownWriteIndex);
  checkAt = ownWriteIndex
}

/* Each alternative of an `if` below is one step: others come between steps, and a thread may die before any. */
#define OR_DIES :: goto died

proctype Producer() {
  short fill;
  byte slot;
  producerPid = _pid;

idle:
  atomic {
    CLAIM(conserved, ACCOUNTS_CLOSE);
    CLAIM(batch_bounds_loss, unpublishedCount <= PUBLISH_EVERY)
  };
  if
  /* push, up to the store of the write index: one look at the shared read index at most, and two stores into the buffer.
   * Half of DROPS_MODULUS samples are dropped at most between two drains: 2^32 in the source. Where that forbids a push, the
   * alternatives below are open: never_waits says nothing at this choice, and counts from where a push has begun. */
  :: atomic {
      FEW_DROPS ->
      unaccounted++;
      if
      :: ownWriteIndex == checkAt ->
        /* #beginBatch */
        CLAIM(batch_ends_published, unpublishedCount == 0);
        if
        :: ownWriteIndex == roomEnd ->
          /* #findRoom */
          fill = DIFFERENCE(ownWriteIndex, readIndex);
          CLAIM(fill_in_range, fill >= 0 && fill <= CAPACITY);
          roomEnd = WRAPPED(ownWriteIndex + MIN(CAPACITY - fill, ROOM_TAKEN));
          if
          :: fill == CAPACITY -> fill = 0; isPushing = true; goto drop
          :: else -> fill = 0
          fi
        :: else
        fi;
        /* How long the batch is, is any choice of the clock's: it grows with what was recorded since the clock moved on. */
        if
        :: checkAt = BATCH_END(1)
#if PUBLISH_EVERY > 1
        :: checkAt = BATCH_END(2)
#endif
#if PUBLISH_EVERY > 2
        :: checkAt = BATCH_END(3)
#endif
#if PUBLISH_EVERY > 3
        :: checkAt = BATCH_END(4)
#endif
#ifdef MUTANT_BATCH_WITHOUT_LIMIT
        :: checkAt = roomEnd
#endif
        fi;
        publishAt = checkAt
      :: else
      fi;
#ifdef MUTANT_PUBLISH_BEFORE_WRITE
      ownWriteIndex = WRAPPED(ownWriteIndex + 1);
      unpublishedCount++;
      goto endBatch
#else
      storeSlot(ownWriteIndex);
      ownWriteIndex = WRAPPED(ownWriteIndex + 1);
      unpublishedCount++;
      if
      :: ownWriteIndex == publishAt -> goto endBatch
      :: else -> goto idle
      fi
#endif
    }
  :: atomic { publish(); goto idle }
  /* LaneWriter.close and Recorder.#end: by close, or by the thread's exit handler. A closed lane is never written again:
   * beginBatch looks at isClosed first, and at that moment nothing is unpublished. */
  :: atomic { publish(); goto ends }
  OR_DIES
  fi;

endBatch:
  if
#ifdef MUTANT_PUBLISH_BEFORE_WRITE
  :: atomic {
      if
      :: ownWriteIndex == publishAt -> storeWriteIndex(ownWriteIndex)
      :: else
      fi;
      goto writeLate
    }
#elif defined(MUTANT_BATCH_ENDS_UNPUBLISHED)
  :: goto idle
#else
  :: atomic { storeWriteIndex(ownWriteIndex); goto idle }
#endif
  OR_DIES
  fi;
#ifdef MUTANT_PUBLISH_BEFORE_WRITE
writeLate:
  atomic { storeSlot(WRAPPED(ownWriteIndex - 1)); goto idle };
#endif

drop:
#ifdef MUTANT_WAITS_WHEN_FULL
  atomic { pendingCount < CAPACITY -> unaccounted--; isPushing = false; goto idle };
#endif
#ifdef MUTANT_DROPPED_NOT_COUNTED
  atomic { isPushing = false; goto idle };
#endif
#ifdef MUTANT_DROPPED_BEFORE_ITS_SERIES
  atomic { dropped = (dropped + 1) % DROPS_MODULUS; isPushing = false };
  atomic { entryDropped = (entryDropped + 1) % DROPS_MODULUS; goto idle };
#endif
  if
  :: atomic { entryDropped = (entryDropped + 1) % DROPS_MODULUS; goto countDropped }
  OR_DIES
  fi;
countDropped:
  if
  :: atomic { dropped = (dropped + 1) % DROPS_MODULUS; isPushing = false; goto idle }
  OR_DIES
  fi;

ends:
  if
  :: atomic { ended = true; isProducerGone = true; goto gone }
  OR_DIES
  fi;

died:
  /* What the thread alone knew is gone: a sample it was about to push, and at most one batch unpublished. */
  atomic {
    CLAIM(batch_bounds_loss, unpublishedCount <= PUBLISH_EVERY);
    unaccounted = unaccounted - isPushing - unpublishedCount;
    isPushing = false;
    unpublishedCount = 0;
    ownWriteIndex = writeIndex;
    isProducerGone = true
  };
gone:
  skip
}

/* Plain stores reach memory whenever they do. */
#define STORE_COMPLETES(slot) \
  :: atomic { headerDue[slot] -> header[slot] = storing[slot]; headerDue[slot] = false } \
  :: atomic { valueDue[slot] -> value[slot] = storing[slot]; valueDue[slot] = false }

proctype StoreBuffer() {
end:
  do
  STORE_COMPLETES(0)
  STORE_COMPLETES(1)
  STORE_COMPLETES(2)
  STORE_COMPLETES(3)
#if CAPACITY > 4
  STORE_COMPLETES(4)
  STORE_COMPLETES(5)
  STORE_COMPLETES(6)
  STORE_COMPLETES(7)
#endif
  od
}

#ifdef AGGREGATOR_DIES
#define OR_AGGREGATOR_DIES :: goto died
#else
#define OR_AGGREGATOR_DIES
#endif

#define HEADER_AT(index) header[SLOT(ownReadIndex + index)]
#define VALUE_AT(index) value[SLOT(ownReadIndex + index)]

/* LaneSet.drain and LaneReader.drain, again and again, for one lane. */
proctype Aggregator() {
  byte ownReadIndex, seenWriteIndex, nextOrdinal, batchCount, foldedCount, newlyDropped;
  bool isFinished;
  aggregatorPid = _pid;

begins:
  /* LaneReader's constructor: a successor knows what is in shared memory, and nothing else. */
  atomic { ownReadIndex = readIndex; nextOrdinal = ordinalAtReadIndex };

idle:
  atomic {
    CLAIM(conserved, ACCOUNTS_CLOSE);
    batchCount = 0; foldedCount = 0; seenWriteIndex = 0
  };
  if
#ifdef MUTANT_ENDED_LOOKED_AT_LATE
  :: goto loadWriteIndex
#else
  :: atomic { isFinished = ended; goto loadWriteIndex }
#endif
  OR_AGGREGATOR_DIES
  fi;

loadWriteIndex:
  if
  :: atomic {
      seenWriteIndex = writeIndex;
      CLAIM(fill_in_range, DIFFERENCE(seenWriteIndex, ownReadIndex) >= 0 && DIFFERENCE(seenWriteIndex, ownReadIndex) <= CAPACITY);
      goto nextBatch
    }
  OR_AGGREGATOR_DIES
  fi;

nextBatch:
  atomic {
    if
    :: ownReadIndex == seenWriteIndex -> goto takeDropped
    :: else -> batchCount = MIN(DIFFERENCE(seenWriteIndex, ownReadIndex), READ_BATCH)
    fi;
    foldedCount = 0
  };
#ifdef MUTANT_READ_INDEX_BEFORE_COPY
  goto storeReadIndex;
#endif

fold:
  /* Two plain loads, in either order. */
  if
  :: atomic { foldedCount < batchCount -> CLAIM(intact, HEADER_AT(foldedCount) == nextOrdinal); goto loadValue }
  :: atomic { foldedCount < batchCount -> CLAIM(intact, VALUE_AT(foldedCount) == nextOrdinal); goto loadHeader }
  :: atomic { foldedCount == batchCount -> goto folded }
  OR_AGGREGATOR_DIES
  fi;
loadValue:
  if
  :: atomic { CLAIM(intact, VALUE_AT(foldedCount) == nextOrdinal); goto foldNext }
  OR_AGGREGATOR_DIES
  fi;
loadHeader:
  if
  :: atomic { CLAIM(intact, HEADER_AT(foldedCount) == nextOrdinal); goto foldNext }
  OR_AGGREGATOR_DIES
  fi;
foldNext:
  atomic { nextOrdinal = (nextOrdinal + 1) % ORDINALS; foldedCount++; goto fold };

folded:
#ifdef MUTANT_READ_INDEX_BEFORE_COPY
  atomic { ownReadIndex = WRAPPED(ownReadIndex + batchCount); goto nextBatch };
#endif
#ifdef MUTANT_READ_INDEX_BEFORE_TOTAL
  goto storeReadIndex;
#endif
addToTotal:
  if
  :: atomic { unaccounted = unaccounted - batchCount; drainedAhead = batchCount; goto storeReadIndex }
  OR_AGGREGATOR_DIES
  fi;

storeReadIndex:
  if
  :: atomic {
#ifdef MUTANT_READ_INDEX_BEFORE_COPY
      unaccounted = unaccounted - batchCount;
      readIndex = WRAPPED(ownReadIndex + batchCount);
      pendingCount = pendingCount - batchCount;
      ordinalAtReadIndex = (ordinalAtReadIndex + batchCount) % ORDINALS;
      goto fold
#else
      ownReadIndex = WRAPPED(ownReadIndex + batchCount);
      readIndex = ownReadIndex;
      pendingCount = pendingCount - batchCount;
      ordinalAtReadIndex = nextOrdinal;
      foldedCount = 0;
#ifdef MUTANT_READ_INDEX_BEFORE_TOTAL
      drainedAhead = -batchCount;
      goto addLate
#else
      drainedAhead = 0;
      goto nextBatch
#endif
#endif
    }
  OR_AGGREGATOR_DIES
  fi;
#ifdef MUTANT_READ_INDEX_BEFORE_TOTAL
addLate:
  if
  :: atomic { unaccounted = unaccounted - batchCount; drainedAhead = 0; goto nextBatch }
  OR_AGGREGATOR_DIES
  fi;
#endif

takeDropped:
  if
  :: atomic {
      batchCount = 0; seenWriteIndex = 0;
      newlyDropped = DROPS_BETWEEN(dropped, droppedSeen);
      if
      :: newlyDropped == 0 -> goto drained
      :: else -> goto countLost
      fi
    }
  OR_AGGREGATOR_DIES
  fi;
countLost:
  if
  :: atomic {
      unaccounted = unaccounted - newlyDropped;
      droppedAhead = newlyDropped;
      goto storeDroppedSeen
    }
  OR_AGGREGATOR_DIES
  fi;
storeDroppedSeen:
  if
  :: atomic {
      droppedSeen = (droppedSeen + newlyDropped) % DROPS_MODULUS;
      newlyDropped = 0; droppedAhead = 0;
      goto takeEntryDropped
    }
  OR_AGGREGATOR_DIES
  fi;
takeEntryDropped:
  if
  :: atomic { entryDroppedSeen = entryDropped; entriesInDoubt = false; goto drained }
  OR_AGGREGATOR_DIES
  fi;

drained:
#ifdef MUTANT_ENDED_LOOKED_AT_LATE
  atomic { isFinished = ended };
#endif
  atomic {
    if
    :: isFinished -> goto released
    :: !isFinished && isProducerGone && !ended && pendingCount == 0 && DROPS_BETWEEN(dropped, droppedSeen) == 0 -> goto released
    :: else -> goto idle
    fi
  };

#ifdef AGGREGATOR_DIES
died:
  /* What it counted and could not record as counted is in doubt: its successor counts it once more. */
  atomic {
    CLAIM(one_batch_in_doubt, drainedAhead >= 0 && drainedAhead <= READ_BATCH && foldedCount <= READ_BATCH);
    unaccounted = unaccounted + drainedAhead + droppedAhead;
    if
    :: droppedSeen != entryDroppedSeen -> entriesInDoubt = true
    :: else
    fi;
    drainedAhead = 0; droppedAhead = 0;
    batchCount = 0; foldedCount = 0; seenWriteIndex = 0; newlyDropped = 0; isFinished = false;
    goto begins
  };
#endif

released:
  atomic {
    CLAIM(nothing_left_behind, pendingCount == 0 && unpublishedCount == 0 && DROPS_BETWEEN(dropped, droppedSeen) == 0);
    CLAIM(conserved, ACCOUNTS_CLOSE);
    CLAIM(series_losses_known, !ended || entriesInDoubt || entryDroppedSeen == droppedSeen);
    isLaneReleased = true
  }
}

init {
  atomic { run Producer(); run StoreBuffer(); run Aggregator() }
}

#ifdef CHECK_WAITING
/* In every state both sides can take their next step, whatever the other has done or failed to do. */
never {
  do
  :: !isProducerGone && producerPid > 0 && !enabled(producerPid) -> break
  :: !isLaneReleased && aggregatorPid > 0 && !enabled(aggregatorPid) -> break
  :: else
  od
}
#endif
