/* words.h - words numbered in the order of their first appearance: the class labels of a text. */
#ifndef LIP_DATA_WORDS_H
#define LIP_DATA_WORDS_H

#include <liplaw/status.h>

typedef struct lip_words {
  size_t count;
  char **word; /* owned */
  size_t room, slots;
  size_t *slot; /* a hash table of numbers + 1; 0: free */
} lip_words;

/* The number of the word, which is new where it was not seen before. LIP_OK or LIP_ENOMEM. */
LIP_MUST_CHECK lip_status lip_words_add(lip_words *words, const char *word, size_t *number,
                                        lip_error *err);

/* False where the word was not seen. */
bool lip_words_find(const lip_words *words, const char *word, size_t *number);

void lip_words_clear(lip_words *words); /* takes one that is zeroed */

#endif
