/* words.c - words numbered in the order of their first appearance. */
#include "data/words.h"

#include "base/error.h"
#include "base/memory.h"

#include <string.h>

static size_t hash(const char *word)
{
  uint64_t sum = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

  for (; *word; word++) sum = (sum ^ (unsigned char)*word) * UINT64_C(0x100000001b3);
  return (size_t)(sum ^ sum >> 32);
}

/* The slot where the word stands, or the free one where it belongs. The table is never full. */
static size_t slot_of(const lip_words *words, const char *word)
{
  size_t at = hash(word) & (words->slots - 1);

  while (words->slot[at] && strcmp(words->word[words->slot[at] - 1], word) != 0)
    at = (at + 1) & (words->slots - 1);
  return at;
}

bool lip_words_find(const lip_words *words, const char *word, size_t *number)
{
  size_t at = words->slots ? slot_of(words, word) : 0;

  if (!words->slots || !words->slot[at]) return false;
  *number = words->slot[at] - 1;
  return true;
}

/* Doubles the room; the table keeps twice as many slots. */
static lip_status grow(lip_words *words, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t room = words->room ? 2 * words->room : 16, slots = 2 * room;
  char **word = lip_alloc(room, sizeof *word);
  size_t *slot = lip_alloc_zero(slots, sizeof *slot);

  if (!word || !slot) FAIL(LIP_ENOMEM, "no memory for %zu class labels", room);
  if (words->count) memcpy(word, words->word, words->count * sizeof *word);
  lip_free(words->word);
  lip_free(words->slot);
  *words = (lip_words){words->count, word, room, slots, slot};
  for (size_t i = 0; i < words->count; i++) words->slot[slot_of(words, word[i])] = i + 1;
  word = NULL;
  slot = NULL;
done:
  lip_free(word);
  lip_free(slot);
  return st;
}

lip_status lip_words_add(lip_words *words, const char *word, size_t *number, lip_error *err)
{
  lip_status st = LIP_OK;
  char *copy = NULL;

  if (lip_words_find(words, word, number)) return LIP_OK;
  if (words->count == words->room) TRY(grow(words, err));
  copy = lip_strdup(word);
  if (!copy) FAIL(LIP_ENOMEM, "no memory for a class label");
  words->slot[slot_of(words, copy)] = words->count + 1;
  words->word[words->count] = copy;
  *number = words->count++;
done:
  return st;
}

void lip_words_clear(lip_words *words)
{
  for (size_t i = 0; i < words->count; i++) lip_free(words->word[i]);
  lip_free(words->word);
  lip_free(words->slot);
  *words = (lip_words){0};
}
