/* certificate_file.c - certificates as files: numpy archives, laid out in docs/formats.md.

   What is read is written again, in memory, and compared: a file is a certificate only if every one
   of its bytes is the one that liplaw writes there. With the archive's check sums no byte can be
   changed unnoticed, not even where it says nothing, and no two files say the same. Nothing is
   proved here; that is check.c's. */
#include "certificate/certificate.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/memory.h"
#include "data/npz.h"

#include <stdio.h>
#include <string.h>

static const char format[] = "liplaw certificate 1", prefix[] = "proof_";
static const char start[] = "PK\3\4"; /* of every zip file that holds something */
static const char *const domains[] = {[LIP_SPACE] = "space",
                                      [LIP_BALL] = "ball",
                                      [LIP_ON_SPHERE] = "sphere",
                                      [LIP_BOX] = "box",
                                      [LIP_AROUND_DATA] = "data"};

enum { DOMAINS = sizeof domains / sizeof *domains };
enum { FIXED_ARRAYS = 13, MAX_ARRAYS = FIXED_ARRAYS + LIP_PROOF_ARRAYS, MAX_TEXT = 128 };

static bool has_radius(lip_domain_kind kind)
{
  return kind == LIP_BALL || kind == LIP_ON_SPHERE || kind == LIP_AROUND_DATA;
}

static lip_status add_domain(lip_npz_writer *out, const lip_domain *domain, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(lip_npz_add_text(out, "domain", domains[domain->kind], err));
  if (has_radius(domain->kind)) TRY(lip_npz_add_f64(out, "radius", 0, NULL, &domain->radius, err));
  if (domain->kind == LIP_BOX)
    TRY(lip_npz_add_f64(out, "box", 1, (size_t[]){2}, (double[]){domain->low, domain->high}, err));
  if (domain->kind == LIP_AROUND_DATA)
    TRY(lip_npz_add_f64(out, "centers", 2, (size_t[]){domain->count, domain->d}, domain->centers,
                        err));
done:
  return st;
}

static lip_status add_proof(lip_npz_writer *out, const lip_proof *proof, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(lip_npz_add_text(out, "proof", proof->kind->name, err));
  for (size_t i = 0; i < proof->count; i++) {
    const lip_array *array = &proof->item[i].array;
    char name[LIP_NPZ_NAME];

    (void)snprintf(name, sizeof name, "%s%s", prefix, proof->item[i].name);
    TRY(lip_npz_add_f64(out, name, array->rank, array->shape, array->values, err));
  }
done:
  return st;
}

/* Everything, in the order of the file. */
static lip_status add_all(lip_npz_writer *out, const lip_certificate *from, lip_error *err)
{
  lip_status st = LIP_OK;
  char text[MAX_TEXT];

  TRY(lip_npz_add_text(out, "format", format, err));
  TRY(lip_npz_add_text(out, "network", from->network, err));
  TRY(lip_npz_add_text(out, "output", lip_output_format(from->output, text, sizeof text), err));
  TRY(lip_npz_add_text(out, "norm", lip_norm_name(from->norm), err));
  TRY(add_domain(out, &from->domain, err));
  TRY(lip_npz_add_f64(out, "lower", 0, NULL, &from->lower, err));
  TRY(lip_npz_add_f64(out, "upper", 0, NULL, &from->upper, err));
  if (from->lower > 0) {
    TRY(lip_npz_add_f64(out, "x", 1, &from->d, from->x, err));
    TRY(lip_npz_add_f64(out, "direction", 1, &from->d, from->direction, err));
  }
  TRY(add_proof(out, &from->proof, err));
done:
  return st;
}

lip_status lip_certificate_write(const lip_certificate *certificate, const char *path,
                                 lip_error *err)
{
  lip_status st = LIP_OK;
  lip_npz_writer *out = NULL;

  TRY(lip_npz_create(path, &out, err));
  TRY(add_all(out, certificate, err));
  st = lip_npz_commit(out, err);
  out = NULL;
done:
  lip_npz_abandon(out);
  return st;
}

/* The archive under examination. */
typedef struct archive {
  const void *bytes;
  size_t size, count;
  char name[MAX_ARRAYS][LIP_NPZ_NAME];
} archive;

static bool holds(const archive *in, const char *name)
{
  for (size_t i = 0; i < in->count; i++)
    if (strcmp(in->name[i], name) == 0) return true;
  return false;
}

static lip_status get_text(const archive *in, const char *name, char text[MAX_TEXT], lip_error *err)
{
  return lip_npz_read_text(in->bytes, in->size, name, text, MAX_TEXT, err);
}

static lip_status get_array(const archive *in, const char *name, size_t rank, lip_array *array,
                            lip_error *err)
{
  lip_status st = lip_npz_read(in->bytes, in->size, name, 0, array, err);

  if (st == LIP_OK && array->rank != rank) {
    lip_free(array->values);
    return lip_fail(err, LIP_EINPUT, "%s.npy: %zu dimensions where %zu were expected", name,
                    array->rank, rank);
  }
  return st;
}

static lip_status get_number(const archive *in, const char *name, double *value, lip_error *err)
{
  lip_array array = {0};
  lip_status st = get_array(in, name, 0, &array, err);

  if (st != LIP_OK) return st;
  *value = array.values[0];
  lip_free(array.values);
  return LIP_OK;
}

static lip_status get_norm(const archive *in, lip_norm_kind *norm, lip_error *err)
{
  lip_status st = LIP_OK;
  char text[MAX_TEXT];

  TRY(get_text(in, "norm", text, err));
  for (*norm = LIP_NORM_2; *norm <= LIP_NORM_INF; (*norm)++)
    if (strcmp(text, lip_norm_name(*norm)) == 0) goto done;
  FAIL(LIP_EINPUT, "norm.npy: '%s' is not known", text);
done:
  return st;
}

/* "all", "I", "I-J"; digits in any other form come out otherwise when they are written again. */
static lip_status get_output(const archive *in, lip_output *output, lip_error *err)
{
  lip_status st = LIP_OK;
  char text[MAX_TEXT], again[MAX_TEXT];

  TRY(get_text(in, "output", text, err));
  if (lip_output_parse(text, SIZE_MAX, output, NULL) != LIP_OK ||
      strcmp(text, lip_output_format(*output, again, sizeof again)) != 0)
    FAIL(LIP_EINPUT, "output.npy: '%s' is none of all, I, I-J", text);
done:
  return st;
}

static lip_status get_domain(const archive *in, lip_domain *domain, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_array array = {0};
  char text[MAX_TEXT];
  size_t kind = 0;

  TRY(get_text(in, "domain", text, err));
  while (kind < DOMAINS && strcmp(text, domains[kind]) != 0) kind++;
  if (kind == DOMAINS) FAIL(LIP_EINPUT, "domain.npy: '%s' is not known", text);
  domain->kind = (lip_domain_kind)kind;
  if (has_radius(domain->kind)) TRY(get_number(in, "radius", &domain->radius, err));
  if (domain->kind == LIP_BOX) {
    TRY(get_array(in, "box", 1, &array, err));
    domain->low = array.values[0];
    domain->high = array.values[array.count - 1];
    lip_free(array.values);
  }
  if (domain->kind == LIP_AROUND_DATA) {
    TRY(get_array(in, "centers", 2, &array, err));
    domain->centers = array.values;
    domain->count = array.shape[0];
    domain->d = array.shape[1];
  }
done:
  return st;
}

static lip_status get_witness(const archive *in, lip_certificate *to, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_array array = {0};

  TRY(get_array(in, "x", 1, &array, err));
  to->x = array.values;
  to->d = array.count;
  TRY(get_array(in, "direction", 1, &array, err));
  to->direction = array.values;
  if (array.count != to->d)
    FAIL(LIP_EINPUT, "x has %zu coordinates and direction %zu", to->d, array.count);
done:
  return st;
}

static lip_status get_proof(const archive *in, lip_proof *proof, lip_error *err)
{
  lip_status st = LIP_OK;
  char text[MAX_TEXT];

  TRY(get_text(in, "proof", text, err));
  proof->kind = lip_proof_kind_named(text);
  if (!proof->kind) FAIL(LIP_EINPUT, "proof.npy: '%s' is no kind of proof that is known", text);
  for (size_t i = 0; i < in->count; i++) {
    const char *name = in->name[i] + strlen(prefix);

    if (strncmp(in->name[i], prefix, strlen(prefix)) != 0) continue;
    if (proof->count == LIP_PROOF_ARRAYS || !*name || strlen(name) >= sizeof proof->item[0].name)
      FAIL(LIP_EINPUT, "%s.npy: no proof has this array", in->name[i]);
    TRY(lip_npz_read(in->bytes, in->size, in->name[i], 0, &proof->item[proof->count].array, err));
    (void)snprintf(proof->item[proof->count].name, sizeof proof->item[0].name, "%s", name);
    proof->count++;
  }
done:
  return st;
}

static lip_status get_all(archive *in, lip_certificate *to, lip_error *err)
{
  lip_status st = LIP_OK;
  uint64_t total;
  char text[MAX_TEXT];

  if (in->size < sizeof start - 1 || memcmp(in->bytes, start, sizeof start - 1) != 0)
    FAIL(LIP_EINPUT, "is not a certificate, which is an .npz file that liplaw measure wrote");
  TRY(lip_npz_list(in->bytes, in->size, MAX_ARRAYS, in->name, &in->count, &total, err));
  if (!holds(in, "format"))
    FAIL(LIP_EINPUT, "is an .npz file, but not a certificate: there is no 'format.npy'");
  if (total > in->size)
    FAIL(LIP_EINPUT, "a certificate is not compressed: saved again by another program?");
  TRY(get_text(in, "format", text, err));
  if (strcmp(text, format) != 0) FAIL(LIP_EINPUT, "format.npy: '%s', not '%s'", text, format);
  TRY(get_text(in, "network", text, err));
  if (strlen(text) != LIP_HASH_TEXT - 1 || strspn(text, "0123456789abcdef") != strlen(text))
    FAIL(LIP_EINPUT, "network.npy: '%s' is no SHA-256", text);
  memcpy(to->network, text, LIP_HASH_TEXT);
  TRY(get_output(in, &to->output, err));
  TRY(get_norm(in, &to->norm, err));
  TRY(get_domain(in, &to->domain, err));
  TRY(get_number(in, "lower", &to->lower, err));
  TRY(get_number(in, "upper", &to->upper, err));
  if (to->lower > 0) TRY(get_witness(in, to, err));
  TRY(get_proof(in, &to->proof, err));
  TRY(lip_certificate_sane(to, err));
done:
  return st;
}

lip_status lip_certificate_parse(const void *bytes, size_t size, const char *path,
                                 lip_certificate **certificate, lip_error *err)
{
  lip_status st = LIP_OK;
  archive in = {.bytes = bytes, .size = size};
  lip_npz_writer *again = NULL;
  lip_certificate *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "%s: no memory for a certificate", path);
  st = get_all(&in, made, err);
  if (st != LIP_OK) {
    lip_error_prefix(err, "%s", path);
    goto done;
  }
  TRY(lip_npz_compare(path, bytes, size, &again, err));
  TRY(add_all(again, made, err));
  st = lip_npz_commit(again, err);
  again = NULL;
  if (st != LIP_OK) goto done;
  *certificate = made;
  made = NULL;
done:
  lip_npz_abandon(again);
  lip_certificate_free(made);
  return st;
}

lip_status lip_certificate_read(const char *path, lip_certificate **certificate, lip_error *err)
{
  lip_status st = LIP_OK;
  void *bytes = NULL;
  size_t size = 0;

  TRY(lip_read_file(path, SIZE_MAX / 2, &bytes, &size, err));
  TRY(lip_certificate_parse(bytes, size, path, certificate, err));
done:
  lip_free(bytes);
  return st;
}
