/* npy_header.c - reads the header of numpy's array format: a magic text, a version, and a Python
   dictionary such as {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }. */
#include "data/npy.h"

#include "base/error.h"

#include <string.h>

enum { MAX_TEXT = 4096 }; /* numpy itself refuses more than 10,000; ours has three short entries */

/* What is left of the dictionary's text; it ends with a 0 byte. */
typedef struct reader {
  const char *start, *at;
} reader;

static void skip_blanks(reader *in)
{
  while (*in->at == ' ' || *in->at == '\t' || *in->at == '\n' || *in->at == '\r') in->at++;
}

/* Takes `text` where it stands next, after blanks. */
static bool accept(reader *in, const char *text)
{
  size_t length = strlen(text);

  skip_blanks(in);
  if (strncmp(in->at, text, length) != 0) return false;
  in->at += length;
  return true;
}

static lip_status broken(const reader *in, const char *wanted, lip_error *err)
{
  return lip_fail(err, LIP_EINPUT, "character %zu of the npy header: expected %s",
                  (size_t)(in->at - in->start) + 1, wanted);
}

/* A quoted string without escapes. */
static lip_status read_string(reader *in, char *out, size_t room, lip_error *err)
{
  const char *first, *last;
  size_t length;

  skip_blanks(in);
  if (*in->at != '\'' && *in->at != '"') return broken(in, "a string", err);
  first = in->at + 1;
  last = strchr(first, *in->at);
  if (!last) return broken(in, "a string that ends", err);
  length = (size_t)(last - first);
  if (length >= room) return broken(in, "a shorter string", err);
  memcpy(out, first, length);
  out[length] = 0;
  in->at = last + 1;
  return LIP_OK;
}

static lip_status read_size(reader *in, size_t *value, lip_error *err)
{
  size_t size = 0;

  skip_blanks(in);
  if (*in->at < '0' || *in->at > '9') return broken(in, "a size", err);
  for (; *in->at >= '0' && *in->at <= '9'; in->at++)
    if (__builtin_mul_overflow(size, (size_t)10, &size) ||
        __builtin_add_overflow(size, (size_t)(*in->at - '0'), &size))
      return broken(in, "a size below 2^64", err);
  if (*in->at == 'L') in->at++; /* Python 2 */
  *value = size;
  return LIP_OK;
}

static lip_status read_shape(reader *in, lip_npy *header, lip_error *err)
{
  lip_status st = LIP_OK;

  header->rank = 0;
  if (!accept(in, "(")) return broken(in, "a shape", err);
  while (!accept(in, ")")) {
    if (header->rank == LIP_NPY_MAX_RANK)
      FAIL(LIP_EINPUT, "the array has more than %d dimensions", (int)LIP_NPY_MAX_RANK);
    TRY(read_size(in, &header->shape[header->rank++], err));
    if (accept(in, ",")) continue;
    if (!accept(in, ")")) return broken(in, "',' or ')' in the shape", err);
    break;
  }
done:
  return st;
}

/* The "20" of "<U20": letters of 4 bytes each. */
static bool read_letters(const char *digits, size_t *bytes)
{
  size_t letters = 0;

  for (; *digits >= '0' && *digits <= '9' && letters < MAX_TEXT; digits++)
    letters = letters * 10 + (size_t)(*digits - '0');
  *bytes = 4 * letters;
  return letters > 0 && letters < MAX_TEXT && !*digits;
}

/* "<f8": byte order, kind, bytes. */
static lip_status read_type(reader *in, lip_npy *header, lip_error *err)
{
  lip_status st = LIP_OK;
  char text[32];

  if (accept(in, "[")) FAIL(LIP_EINPUT, "its elements are records, not numbers");
  TRY(read_string(in, text, sizeof text, err));
  header->big_endian = text[0] == '>';
  header->kind = text[0] ? text[1] : 0;
  if (header->kind == 'U' && strchr("<>", text[0]) && read_letters(text + 2, &header->item))
    goto done;
  header->item = header->kind && text[2] >= '1' && text[2] <= '8' && !text[3]
                     ? (size_t)(text[2] - '0')
                     : 0;
  if (!strchr("<>|", text[0]) || !(header->kind && strchr("fiub", header->kind)) ||
      !(header->item == 1 || header->item == 2 || header->item == 4 || header->item == 8) ||
      (header->kind == 'f' && header->item < 4) || (header->kind == 'b' && header->item != 1))
    FAIL(LIP_EINPUT,
         "its elements are '%s': only f4, f8, i1 to i8, u1 to u8, b1 (bool) and text can be read",
         text);
done:
  return st;
}

static lip_status read_order(reader *in, lip_npy *header, lip_error *err)
{
  header->fortran_order = accept(in, "True");
  if (!header->fortran_order && !accept(in, "False")) return broken(in, "True or False", err);
  return LIP_OK;
}

static lip_status read_dictionary(reader *in, lip_npy *header, lip_error *err)
{
  static const struct {
    const char *key;
    lip_status (*read)(reader *in, lip_npy *header, lip_error *err);
  } entries[] = {{"descr", read_type}, {"fortran_order", read_order}, {"shape", read_shape}};
  lip_status st = LIP_OK;
  bool seen[3] = {false};

  if (!accept(in, "{")) return broken(in, "'{'", err);
  for (size_t i = 0; i < 3; i++) {
    char key[32];
    size_t which = 0;

    TRY(read_string(in, key, sizeof key, err));
    while (which < 3 && strcmp(key, entries[which].key) != 0) which++;
    if (which == 3 || seen[which]) FAIL(LIP_EINPUT, "the npy header has a key '%s' too many", key);
    seen[which] = true;
    if (!accept(in, ":")) return broken(in, "':'", err);
    TRY(entries[which].read(in, header, err));
    if (!accept(in, ",") && i < 2) return broken(in, "','", err);
  }
  if (!accept(in, "}")) return broken(in, "'}'", err);
  skip_blanks(in);
  if (*in->at) return broken(in, "its end", err);
done:
  return st;
}

lip_status lip_npy_header(lip_source *source, lip_npy *header, lip_error *err)
{
  lip_status st = LIP_OK;
  unsigned char start[8], length[4];
  char text[MAX_TEXT + 1];
  size_t size = 0, bytes;
  reader in = {text, text};

  TRY(lip_source_read(source, start, sizeof start, err));
  if (memcmp(start, "\x93NUMPY", 6) != 0) FAIL(LIP_EINPUT, "it is not an array in npy format");
  if (start[6] < 1 || start[6] > 3 || start[7] != 0)
    FAIL(LIP_EINPUT, "npy version %d.%d is not known", start[6], start[7]);
  bytes = start[6] == 1 ? 2 : 4;
  TRY(lip_source_read(source, length, bytes, err));
  for (size_t i = bytes; i-- > 0;) size = size << 8 | length[i];
  if (size > MAX_TEXT) FAIL(LIP_EINPUT, "its npy header has %zu bytes, too many", size);
  TRY(lip_source_read(source, text, size, err));
  text[size] = 0;
  TRY(read_dictionary(&in, header, err));
  header->count = 1;
  for (size_t i = 0; i < header->rank; i++)
    if (__builtin_mul_overflow(header->count, header->shape[i], &header->count))
      FAIL(LIP_EINPUT, "its shape overflows");
  if (__builtin_mul_overflow(header->count, header->item, &bytes))
    FAIL(LIP_EINPUT, "its shape overflows");
done:
  return st;
}
