/* domain.c - points of a domain, and what of a gradient counts there. */
#include "certificate/domain.h"

#include "base/error.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name;
  lip_domain_kind kind;
  bool has_radius;
} kinds[] = {
    {"space", LIP_SPACE, false},
    {"ball", LIP_BALL, true},
    {"sphere", LIP_ON_SPHERE, true},
};

lip_status lip_domain_parse(const char *text, const lip_read_options *reading, lip_domain *domain,
                            lip_error *err)
{
  size_t length = strcspn(text, ":");

  (void)reading;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    const char *rest = text + length;
    double radius = 1;

    if (strlen(kinds[i].name) != length || memcmp(kinds[i].name, text, length) != 0) continue;
    if (*rest && kinds[i].has_radius) {
      char *end;

      radius = strtod(rest + 1, &end);
      if (end == rest + 1 || *end || !(radius >= 1e-100 && radius <= 1e100))
        return lip_fail(err, LIP_EOPTION,
                        "--domain: '%s': the radius is no number in [1e-100, 1e100]", text);
    } else if (*rest) {
      return lip_fail(err, LIP_EOPTION, "--domain: '%s': the space has no radius", text);
    }
    *domain = (lip_domain){.kind = kinds[i].kind, .radius = radius};
    return LIP_OK;
  }
  return lip_fail(err, LIP_EOPTION, "--domain: '%s' is none of space, ball:R, sphere:R", text);
}

const char *lip_domain_format(lip_domain domain, char *buffer, size_t size)
{
  int written = snprintf(buffer, size, "%s", kinds[domain.kind].name);

  if (kinds[domain.kind].has_radius && written > 0 && (size_t)written < size)
    (void)snprintf(buffer + written, size - (size_t)written, ":%.17g", domain.radius);
  return buffer;
}

double lip_domain_radius(lip_domain domain)
{
  return domain.kind == LIP_SPACE ? INFINITY : domain.radius;
}

void lip_domain_project(lip_domain domain, size_t d, double *x)
{
  double length = lip_norm(d, x);

  if (domain.kind == LIP_SPACE || (domain.kind == LIP_BALL && length <= domain.radius)) return;
  if (!(length > 0)) { /* the centre has no ray: the first axis will do */
    memset(x, 0, d * sizeof *x);
    x[0] = domain.radius;
    return;
  }
  for (size_t i = 0; i < d; i++) x[i] = x[i] / length * domain.radius;
}

void lip_domain_tangential(lip_domain domain, size_t d, const double *x, double *v)
{
  if (domain.kind == LIP_ON_SPHERE) lip_add_multiple(d, -lip_dot(d, x, v) / lip_dot(d, x, x), x, v);
}

double lip_domain_slope(lip_domain domain, size_t d, const double *x, const double *gradient)
{
  double along, square = 0;

  if (domain.kind != LIP_ON_SPHERE) return lip_norm(d, gradient);
  along = lip_dot(d, x, gradient) / lip_dot(d, x, x);
  for (size_t i = 0; i < d; i++) {
    double part = gradient[i] - along * x[i];

    square += part * part;
  }
  return sqrt(square);
}
