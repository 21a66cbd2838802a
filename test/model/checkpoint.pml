/* What an aggregator leaves to its successor: a lane, the checkpoint, and an aggregator that dies anywhere, again and again.
 *
 * What is proved, by looking at every reachable state:
 *   - Every sample is counted exactly once: what is saved as a total is the number of samples up to the index saved
 *     with it, and so is what an aggregator has folded, whichever it is (`exactly_once`).
 *   - A slot is given back only when what it has brought about is saved (`given_back_is_saved`), so a successor finds
 *     every sample it folds again (`intact`).
 *   - The window, written in place, is right again once a successor has caught up (`window_is_right`).
 *   - Of the two copies of a record one always holds (`a_copy_holds`).
 *
 * How lane and producer go about slots and indices is in lane.pml: here a sample is pushed and published in one step.
 * Samples are their own ordinals, and so are indices: all of them wrap, and what is compared are differences. */

#define CAPACITY 2
#define MODULUS 8         /* of indices, ordinals and totals; 2^32 in the source */
#define EPOCHS 4          /* epochs run free through this; 2^53 in the source */
#define NO_EPOCH 15       /* 0 in the source, where epochs begin with 1 */
#define WINDOW 2          /* samples the window holds */
#define BLOCKS 3
#define GARBAGE 255

#define DIFFERENCE(a, b) ((((a) - (b) + MODULUS / 2) & (MODULUS - 1)) - MODULUS / 2)
#define EPOCH_AFTER(a, b) ((((a) - (b) + EPOCHS / 2) & (EPOCHS - 1)) - EPOCHS / 2)
#define CLAIM(name, holds) assert(holds)

/* ---- the lane ---- */
byte slots[CAPACITY];
byte writeIndex, readIndex;

/* ---- the state memory: a record of three words, twice, and blocks for the window ---- */
byte epochOf[2] = NO_EPOCH;
byte savedIndex[2], savedTotal[2], savedBlock[2];
byte committedEpoch;
typedef Block { byte entry[WINDOW] };
Block blocks[BLOCKS];

/* ---- what only the proof knows ---- */
bool isWarm;              /* the window has been full */

/* RecordTable.read: the copy in force. A copy written after the last commit is none. */
#define HOLDS(copy) (epochOf[copy] != NO_EPOCH && EPOCH_AFTER(epochOf[copy], committedEpoch) <= 0)
#define IN_FORCE \
  (HOLDS(0) && (!HOLDS(1) || EPOCH_AFTER(epochOf[0], epochOf[1]) > 0) -> 0 : 1)

proctype Producer() {
end:
  do
  :: atomic {
      DIFFERENCE(writeIndex, readIndex) < CAPACITY ->
      slots[writeIndex & (CAPACITY - 1)] = writeIndex;
      writeIndex = (writeIndex + 1) & (MODULUS - 1)
    }
  od
}

/* What nobody will read is all alike: fewer states. */
inline forget() {
  savedIndex[1 - IN_FORCE] = 0;
  savedTotal[1 - IN_FORCE] = 0;
  savedBlock[1 - IN_FORCE] = 0;
  block = 0;
  do
  :: block < BLOCKS ->
    if
    :: block != ownBlock && block != savedBlock[IN_FORCE] -> blocks[block].entry[0] = 0; blocks[block].entry[1] = 0
    :: else
    fi;
    block++
  :: else -> break
  od;
  block = 0
}

#define OR_DIES :: goto begins

proctype Aggregator() {
  byte ownIndex, ownTotal, ownBlock, seenWriteIndex, copy, block;

begins:
  /* What is on the heap is gone. */
  atomic {
    CLAIM(a_copy_holds, HOLDS(0) || HOLDS(1));
    copy = IN_FORCE;
    ownIndex = savedIndex[copy];
    ownTotal = savedTotal[copy];
    ownBlock = savedBlock[copy];
    CLAIM(exactly_once, ownTotal == ownIndex);
    CLAIM(given_back_is_saved, DIFFERENCE(ownIndex, readIndex) >= 0);
    copy = 0;
    forget();
    seenWriteIndex = writeIndex
  };

folding:
  if
  :: atomic {
      ownIndex != seenWriteIndex ->
      CLAIM(intact, slots[ownIndex & (CAPACITY - 1)] == ownIndex);
      goto writeWindow
    }
  :: atomic {
      ownIndex == seenWriteIndex ->
      isWarm = isWarm || ownTotal >= WINDOW;
      CLAIM(window_is_right, !isWarm ||
        (blocks[ownBlock].entry[(ownIndex - 1) & (WINDOW - 1)] == ((ownIndex - 1) & (MODULUS - 1)) &&
         blocks[ownBlock].entry[ownIndex & (WINDOW - 1)] == ((ownIndex - 2) & (MODULUS - 1))));
      seenWriteIndex = writeIndex
    }
  :: goto saving
  :: goto moving
  OR_DIES
  fi;
  goto folding;

writeWindow:
  if
  :: atomic {
      blocks[ownBlock].entry[ownIndex & (WINDOW - 1)] = ownIndex;
      goto count
    }
  OR_DIES
  fi;
count:
  /* Both are on the heap. */
  atomic {
    ownIndex = (ownIndex + 1) & (MODULUS - 1);
    ownTotal = (ownTotal + 1) & (MODULUS - 1);
    goto folding
  };

moving:
  /* A chunk grows: its samples go to a free block. Or a free block is given to something else. */
  atomic {
    if
    :: block = 0
    :: block = 1
    :: block = 2
    fi;
#ifdef MUTANT_BLOCK_REUSED_AT_ONCE
    if
    :: block == ownBlock -> block = 0; goto folding
#else
    if
    :: block == ownBlock || block == savedBlock[IN_FORCE] -> block = 0; goto folding
#endif
    :: else
    fi
  };
  if
  :: atomic { blocks[block].entry[0] = GARBAGE; blocks[block].entry[1] = GARBAGE; forget(); goto folding }
  :: atomic { blocks[block].entry[0] = blocks[ownBlock].entry[0]; goto moved }
  OR_DIES
  fi;
moved:
  if
  :: atomic { blocks[block].entry[1] = blocks[ownBlock].entry[1]; ownBlock = block; forget(); goto folding }
  OR_DIES
  fi;

saving:
  /* RecordTable.begin and put, Checkpoint.commit. */
#ifdef MUTANT_GIVEN_BACK_BEFORE_SAVED
  atomic { readIndex = ownIndex };
#endif
  if
#ifdef MUTANT_COPY_IN_FORCE_WRITTEN
  :: atomic { copy = IN_FORCE; epochOf[copy] = NO_EPOCH }
#else
  :: atomic { copy = 1 - IN_FORCE; epochOf[copy] = NO_EPOCH }
#endif
  OR_DIES
  fi;
#ifdef MUTANT_EPOCH_BEFORE_RECORD
  atomic { committedEpoch = (committedEpoch + 1) & (EPOCHS - 1); epochOf[copy] = committedEpoch };
#endif
  if
  :: savedIndex[copy] = ownIndex
  OR_DIES
  fi;
  if
  :: savedTotal[copy] = ownTotal
  OR_DIES
  fi;
  if
  :: savedBlock[copy] = ownBlock
  OR_DIES
  fi;
#ifndef MUTANT_EPOCH_BEFORE_RECORD
  if
  :: epochOf[copy] = (committedEpoch + 1) & (EPOCHS - 1)
  OR_DIES
  fi;
  if
  :: atomic { committedEpoch = (committedEpoch + 1) & (EPOCHS - 1); forget() }
  OR_DIES
  fi;
#endif
  if
  :: atomic {
      CLAIM(given_back_is_saved, savedIndex[IN_FORCE] == ownIndex);
      readIndex = ownIndex;
      copy = 0;
      forget()
    }
  OR_DIES
  fi;
  goto folding
}

init {
  atomic {
    /* The first commit is made before anything is folded. */
    epochOf[0] = 0;
    run Producer();
    run Aggregator()
  }
}
