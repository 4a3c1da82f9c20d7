/* test_idx.c - pairs of IDX files, made here byte by byte. */

#include "base/memory.h"
#include "data/idx.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

typedef struct file {
  unsigned char bytes[4096];
  size_t size;
} file;

static void put32(file *out, uint32_t value)
{
  for (int shift = 24; shift >= 0; shift -= 8)
    out->bytes[out->size++] = (unsigned char)(value >> shift);
}

static file start(unsigned type, size_t rank, const uint32_t *shape)
{
  file out = {.size = 0};

  put32(&out, type << 8 | (uint32_t)rank);
  for (size_t i = 0; i < rank; i++) put32(&out, shape[i]);
  return out;
}

/* `count` elements 0, 1, 2, ... of one byte. */
static file bytes_of(size_t rank, const uint32_t *shape, size_t count)
{
  file out = start(0x08, rank, shape);

  for (size_t i = 0; i < count; i++) out.bytes[out.size++] = (unsigned char)i;
  return out;
}

static file packed(const file *in)
{
  file out = {.size = 0};
  z_stream stream = {0};

  assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = (Bytef *)(uintptr_t)in->bytes;
  stream.avail_in = (uInt)in->size;
  stream.next_out = out.bytes;
  stream.avail_out = sizeof out.bytes;
  assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.size = sizeof out.bytes - stream.avail_out;
  assert_int_equal(deflateEnd(&stream), Z_OK);
  return out;
}

static lip_status parse(const file *images, const file *labels, size_t rows, lip_dataset **data,
                        lip_error *err)
{
  /* Exact copies, so that the sanitizer sees a step over their ends. */
  void *X = malloc(images->size + 1), *y = malloc(labels->size + 1);
  lip_status st;

  assert_non_null(X);
  assert_non_null(y);
  memcpy(X, images->bytes, images->size);
  memcpy(y, labels->bytes, labels->size);
  X = realloc(X, images->size ? images->size : 1);
  y = realloc(y, labels->size ? labels->size : 1);
  st = lip_idx_parse(&(lip_idx_file){"images", X, images->size},
                     &(lip_idx_file){"labels", y, labels->size}, rows, data, err);
  free(X);
  free(y);
  return st;
}

static const uint32_t CUBE[] = {4, 2, 3}, LINE[] = {4};

static void bytes_of_images_are_divided_by_255_and_laid_in_rows(void **state)
{
  file images = bytes_of(3, CUBE, 24), labels = bytes_of(1, LINE, 4);
  file zipped = packed(&images), zipped_labels = packed(&labels);

  (void)state;
  for (int form = 0; form < 4; form++) {
    lip_dataset *data = NULL;

    assert_int_equal(
        parse(form & 1 ? &zipped : &images, form & 2 ? &zipped_labels : &labels, 0, &data, NULL),
        LIP_OK);
    assert_int_equal(data->n, 4);
    assert_int_equal(data->d, 6);
    for (size_t i = 0; i < 24; i++) assert_true(data->X[i] == (double)i / 255);
    for (size_t i = 0; i < 4; i++) assert_true(data->y[i] == (double)i);
    lip_dataset_free(data);
  }
}

static void the_first_points_alone_are_kept(void **state)
{
  file images = bytes_of(3, CUBE, 24), labels = bytes_of(1, LINE, 4);
  lip_dataset *data = NULL;

  (void)state;
  assert_int_equal(parse(&images, &labels, 3, &data, NULL), LIP_OK);
  assert_int_equal(data->n, 3);
  assert_true(data->X[17] == 17.0 / 255 && data->y[2] == 2);
  lip_dataset_free(data);
}

/* -2 and 1.5 (1 for whole numbers), as bytes. */
static void every_type_is_read_as_it_stands(void **state)
{
  static const struct {
    unsigned type;
    size_t item;
    unsigned char bytes[16];
    double second;
  } types[] = {
      {0x09, 1, {0xfe, 0x01}, 1},
      {0x0b, 2, {0xff, 0xfe, 0, 1}, 1},
      {0x0c, 4, {0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 1}, 1},
      {0x0d, 4, {0xc0, 0, 0, 0, 0x3f, 0xc0, 0, 0}, 1.5},
      {0x0e, 8, {0xc0, 0, 0, 0, 0, 0, 0, 0, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0}, 1.5},
  };

  (void)state;
  for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
    file images = start(types[t].type, 2, (uint32_t[]){2, 1});
    file labels = start(types[t].type, 1, (uint32_t[]){2});
    lip_dataset *data = NULL;

    memcpy(images.bytes + images.size, types[t].bytes, 2 * types[t].item);
    images.size += 2 * types[t].item;
    memcpy(labels.bytes + labels.size, types[t].bytes, 2 * types[t].item);
    labels.size += 2 * types[t].item;
    assert_int_equal(parse(&images, &labels, 0, &data, NULL), LIP_OK);
    assert_true(data->X[0] == -2 && data->X[1] == types[t].second);
    assert_true(data->y[0] == -2 && data->y[1] == types[t].second);
    lip_dataset_free(data);
  }
}

static void refuse(file images, file labels, const char *cause)
{
  lip_dataset *data = NULL;
  lip_error err = {""};
  lip_status st = parse(&images, &labels, 0, &data, &err);

  if (st != LIP_EINPUT || !strstr(err.text, cause))
    fail_msg("status %d, '%s' instead of '%s'", (int)st, err.text, cause);
  assert_null(data);
}

static void what_is_wrong_is_named_with_file_and_place(void **state)
{
  file images = bytes_of(3, CUBE, 24), labels = bytes_of(1, LINE, 4), one;

  (void)state;
  refuse(labels, images, "exchanged");
  refuse(labels, labels, "exchanged");
  refuse(images, images, "exchanged");
  refuse(images, bytes_of(1, (uint32_t[]){5}, 5), "labels: 5 labels for the 4 points of images");
  refuse(bytes_of(3, CUBE, 23), labels, "images: its dimensions need 24 bytes");
  refuse(bytes_of(3, CUBE, 25), labels, "images: its dimensions need 24 bytes");
  refuse(images, bytes_of(1, LINE, 3), "labels: its dimensions need 4 bytes");
  refuse(bytes_of(3, (uint32_t[]){4, 0, 3}, 0), labels, "images: byte 8: dimension 1 is 0");
  refuse(bytes_of(0, NULL, 0), labels, "images: byte 3: 0 dimensions");
  refuse(bytes_of(9, (uint32_t[]){1, 1, 1, 1, 1, 1, 1, 1, 1}, 1), labels, "9 dimensions");
  refuse(start(0x0a, 2, CUBE), labels, "images: byte 2: there is no IDX type 10");
  refuse((file){.size = 0}, labels, "images: the data end after 0 bytes");
  one = images;
  one.bytes[0] = 1;
  refuse(one, labels, "images: byte 0");
}

static void a_header_that_claims_too_much_takes_no_memory(void **state)
{
  static const uint32_t huge[] = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
  file labels = bytes_of(1, LINE, 4), wide = start(0x0e, 2, huge), cube = start(0x08, 5, huge);
  file tall = start(0x08, 2, (uint32_t[]){UINT32_MAX, 1000});

  (void)state;
  refuse(wide, labels, "images: ");
  refuse(packed(&wide), labels, "images: ");
  refuse(tall, labels, "images: its dimensions need 4294967295000 bytes");
  refuse(packed(&tall), labels, "images: its dimensions need 4294967295000 bytes");
  refuse(cube, labels, "overflow");
  refuse(packed(&cube), labels, "overflow");
}

/* A megabyte of zeros behind four images that are packed in about 1000 bytes. */
static void a_bomb_is_not_unpacked(void **state)
{
  file images = {.size = 0}, labels = bytes_of(1, LINE, 4), head = bytes_of(3, CUBE, 24);
  z_stream stream = {0};
  unsigned char *zeros = calloc(1 << 20, 1);

  (void)state;
  assert_non_null(zeros);
  assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_out = images.bytes;
  stream.avail_out = sizeof images.bytes;
  stream.next_in = head.bytes;
  stream.avail_in = (uInt)head.size;
  assert_int_equal(deflate(&stream, Z_NO_FLUSH), Z_OK);
  stream.next_in = zeros;
  stream.avail_in = 1 << 20;
  assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
  images.size = sizeof images.bytes - stream.avail_out;
  assert_int_equal(deflateEnd(&stream), Z_OK);
  refuse(images, labels, "after the expected 40 bytes");
  free(zeros);
}

static void a_file_cut_anywhere_or_changed_in_its_packed_form_is_refused(void **state)
{
  file images = bytes_of(3, CUBE, 24), labels = bytes_of(1, LINE, 4);
  file zipped = packed(&images), cut;

  (void)state;
  for (cut = images, cut.size = 0; cut.size < images.size; cut.size++)
    refuse(cut, labels, "images: ");
  for (cut = zipped, cut.size = 0; cut.size < zipped.size; cut.size++)
    refuse(cut, labels, "images: ");
  for (size_t at = 10; at < zipped.size; at++)
    for (unsigned flip = 1; flip < 256; flip *= 2) {
      lip_dataset *data = NULL;

      cut = zipped;
      cut.bytes[at] ^= (unsigned char)flip;
      if (parse(&cut, &labels, 0, &data, NULL) == LIP_OK) /* a bit that nobody reads */
        for (size_t i = 0; i < 24; i++) assert_true(data->X[i] == (double)i / 255);
      lip_dataset_free(data);
    }
}

static void every_allocation_may_be_refused(void **state)
{
  file images = bytes_of(3, CUBE, 24), labels = bytes_of(1, LINE, 4);
  file zipped = packed(&images);
  size_t k = 0;

  (void)state;
  for (;; k++) {
    lip_dataset *data = NULL;
    lip_status st;

    lip_alloc_fail_after(k);
    st = parse(&zipped, &labels, 0, &data, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    lip_dataset_free(data);
    if (st == LIP_OK) break;
    assert_int_equal(st, LIP_ENOMEM);
    assert_null(data);
  }
  assert_int_equal(k, 5); /* zlib's state and window; the set, X, y */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bytes_of_images_are_divided_by_255_and_laid_in_rows),
      cmocka_unit_test(the_first_points_alone_are_kept),
      cmocka_unit_test(every_type_is_read_as_it_stands),
      cmocka_unit_test(what_is_wrong_is_named_with_file_and_place),
      cmocka_unit_test(a_header_that_claims_too_much_takes_no_memory),
      cmocka_unit_test(a_bomb_is_not_unpacked),
      cmocka_unit_test(a_file_cut_anywhere_or_changed_in_its_packed_form_is_refused),
      cmocka_unit_test(every_allocation_may_be_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
