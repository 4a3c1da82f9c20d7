/* claim_words.c - domain, output and norm as words of the command line. */
#include "certificate/certificate.h"
#include "certificate/domain.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double SMALLEST = 1e-100, LARGEST = 1e100; /* of a radius, and of the box's ends */

/* A number that ends at `last`; NaN: there is none. */
static double number_until(const char *text, char last, const char **after)
{
  char *end;
  double value = strtod(text, &end);

  if (end == text || *end != last || !isfinite(value)) return NAN;
  *after = end;
  return value;
}

static lip_status parse_radius(const char *text, const char *word, double *radius, lip_error *err)
{
  const char *after = NULL;

  *radius = number_until(word, 0, &after);
  if (*radius >= SMALLEST && *radius <= LARGEST) return LIP_OK;
  return lip_fail(err, LIP_EOPTION, "--domain: '%s': the radius is no number in [%g, %g]", text,
                  SMALLEST, LARGEST);
}

static lip_status parse_space(const char *text, const char *rest, const lip_read_options *reading,
                              lip_domain *domain, lip_error *err)
{
  (void)reading;
  (void)domain;
  if (rest) return lip_fail(err, LIP_EOPTION, "--domain: '%s': the space has no radius", text);
  return LIP_OK;
}

static lip_status parse_ball(const char *text, const char *rest, const lip_read_options *reading,
                             lip_domain *domain, lip_error *err)
{
  (void)reading;
  domain->radius = 1;
  return rest ? parse_radius(text, rest, &domain->radius, err) : LIP_OK;
}

static lip_status parse_box(const char *text, const char *rest, const lip_read_options *reading,
                            lip_domain *domain, lip_error *err)
{
  const char *after = NULL;

  (void)reading;
  domain->low = rest ? number_until(rest, ',', &after) : NAN;
  domain->high = after ? number_until(after + 1, 0, &after) : NAN;
  if (fabs(domain->low) <= LARGEST && fabs(domain->high) <= LARGEST && domain->low <= domain->high)
    return LIP_OK;
  return lip_fail(err, LIP_EOPTION,
                  "--domain: '%s' is not box:LO,HI with two numbers LO <= HI in [-%g, %g]", text,
                  LARGEST, LARGEST);
}

/* The last comma separates the radius: the file's name may hold others. */
static lip_status parse_data(const char *text, const char *rest, const lip_read_options *reading,
                             lip_domain *domain, lip_error *err)
{
  lip_status st = LIP_OK;
  const char *comma = rest ? strrchr(rest, ',') : NULL;
  char *path = NULL;
  lip_dataset *data = NULL;

  if (!comma || comma == rest) FAIL(LIP_EOPTION, "--domain: '%s' is not data:FILE,R", text);
  TRY(parse_radius(text, comma + 1, &domain->radius, err));
  path = lip_strdup(rest);
  if (!path) FAIL(LIP_ENOMEM, "the name of a file");
  path[comma - rest] = 0;
  TRY(lip_dataset_read(path, reading, &data, err));
  domain->count = data->n;
  domain->d = data->d;
  domain->centers = data->X;
  data->X = NULL;
done:
  lip_dataset_free(data);
  lip_free(path);
  return st;
}

static const struct kind {
  const char *name;
  lip_status (*parse)(const char *text, const char *rest, const lip_read_options *reading,
                      lip_domain *domain, lip_error *err);
} kinds[] = {
    [LIP_SPACE] = {"space", parse_space},     [LIP_BALL] = {"ball", parse_ball},
    [LIP_ON_SPHERE] = {"sphere", parse_ball}, [LIP_BOX] = {"box", parse_box},
    [LIP_AROUND_DATA] = {"data", parse_data},
};

lip_status lip_domain_parse(const char *text, const lip_read_options *reading, lip_domain *domain,
                            lip_error *err)
{
  size_t length = strcspn(text, ":");

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    const char *rest = text[length] ? text + length + 1 : NULL;
    lip_domain parsed = {.kind = (lip_domain_kind)i};
    lip_status st;

    if (strlen(kinds[i].name) != length || memcmp(kinds[i].name, text, length) != 0) continue;
    st = kinds[i].parse(text, rest, reading, &parsed, err);
    if (st == LIP_OK) *domain = parsed;
    return st;
  }
  return lip_fail(err, LIP_EOPTION,
                  "--domain: '%s' is none of space, ball[:R], sphere[:R], box:LO,HI, data:FILE,R",
                  text);
}

void lip_domain_clear(lip_domain *domain)
{
  lip_free(domain->centers);
  *domain = (lip_domain){.kind = LIP_SPACE};
}

/* The fewest digits, from 15 on, that read back as the same number. */
static const char *shortest(double value, char text[32])
{
  int digits = 15;

  do (void)snprintf(text, 32, "%.*g", digits, value);
  while (strtod(text, NULL) != value && digits++ < 17);
  return text;
}

const char *lip_domain_format(lip_domain domain, char *buffer, size_t size)
{
  const char *name = kinds[domain.kind].name;
  char one[32], two[32];

  switch (domain.kind) {
  case LIP_SPACE:
    (void)snprintf(buffer, size, "%s", name);
    break;
  case LIP_BALL:
  case LIP_ON_SPHERE:
    (void)snprintf(buffer, size, "%s:%s", name, shortest(domain.radius, one));
    break;
  case LIP_BOX:
    (void)snprintf(buffer, size, "%s:%s,%s", name, shortest(domain.low, one),
                   shortest(domain.high, two));
    break;
  case LIP_AROUND_DATA:
    (void)snprintf(buffer, size, "%s:%zu points,%s", name, domain.count,
                   shortest(domain.radius, one));
    break;
  }
  return buffer;
}

const char *lip_norm_name(lip_norm_kind norm)
{
  switch (norm) {
  case LIP_NORM_2:
    return "2";
  case LIP_NORM_1:
    return "1";
  case LIP_NORM_INF:
    return "inf";
  }
  return "unknown";
}

/* Digits that end at `last`, as the number of an output. */
static bool parse_index(const char *text, char last, size_t outputs, size_t *index,
                        const char **after)
{
  char *end;
  unsigned long long value;

  if (*text < '0' || *text > '9') return false;
  errno = 0;
  value = strtoull(text, &end, 10);
  if (errno || *end != last || value >= outputs) return false;
  *index = (size_t)value;
  *after = end;
  return true;
}

lip_status lip_output_parse(const char *text, size_t outputs, lip_output *output, lip_error *err)
{
  lip_output parsed = {.kind = LIP_ALL_OUTPUTS};
  const char *after = NULL;
  bool good = true;

  if (text && strcmp(text, "all") != 0) {
    bool two = strchr(text, '-') != NULL;

    parsed.kind = two ? LIP_OUTPUT_DIFFERENCE : LIP_ONE_OUTPUT;
    good = parse_index(text, two ? '-' : 0, outputs, &parsed.plus, &after) &&
           (!two || parse_index(after + 1, 0, outputs, &parsed.minus, &after)) &&
           !(two && parsed.plus == parsed.minus);
  }
  if (!good)
    return lip_fail(err, LIP_EOPTION,
                    "--output: '%s' is neither I nor I-J, I and J different; the network has %zu "
                    "output%s, counted from 0",
                    text, outputs, outputs == 1 ? "" : "s");
  *output = parsed;
  return LIP_OK;
}

const char *lip_output_format(lip_output output, char *buffer, size_t size)
{
  if (output.kind == LIP_ALL_OUTPUTS)
    (void)snprintf(buffer, size, "all");
  else if (output.kind == LIP_ONE_OUTPUT)
    (void)snprintf(buffer, size, "%zu", output.plus);
  else
    (void)snprintf(buffer, size, "%zu-%zu", output.plus, output.minus);
  return buffer;
}
