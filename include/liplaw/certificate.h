/* liplaw/certificate.h - a bracket on a Lipschitz constant that anyone can prove again. */
#ifndef LIPLAW_CERTIFICATE_H
#define LIPLAW_CERTIFICATE_H

#include <liplaw/dataset.h>
#include <liplaw/net.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where the constant is taken: the supremum over the domain of the operator norm of the Jacobian
   (of one output, the gradient's norm); on the sphere of its tangential part (there it is the
   constant for arc length). */
typedef enum lip_domain_kind {
  LIP_SPACE,       /* R^d */
  LIP_BALL,        /* |x| <= radius */
  LIP_ON_SPHERE,   /* |x| = radius */
  LIP_BOX,         /* low <= x_i <= high for every i */
  LIP_AROUND_DATA, /* |x - c| <= radius for one of the centers c */
} lip_domain_kind;

typedef struct lip_domain {
  lip_domain_kind kind;
  double radius;    /* > 0, finite; of ball, sphere and around data */
  double low, high; /* of the box, finite, low <= high */
  size_t count, d;  /* around data: the centers, count x d, row-major, finite; else 0, 0 and NULL */
  double *centers;
} lip_domain;

/* "space", "ball:R", "sphere:R" (R defaults to 1), "box:LO,HI", "data:FILE,R": reads FILE as
   lip_dataset_read does with these options (may be NULL).
   domain  out  released with lip_domain_clear; a copy of the struct borrows the centers
   return       LIP_OK; LIP_EOPTION; LIP_EIO, LIP_EINPUT, LIP_ENOMEM from the file */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_domain_parse(const char *text,
                                                      const lip_read_options *reading,
                                                      lip_domain *domain, lip_error *err);
LIP_PUBLIC void lip_domain_clear(lip_domain *domain); /* takes one that is zeroed */

/* Of inputs and outputs: the Jacobian's norm is the one from p to p. */
typedef enum lip_norm_kind { LIP_NORM_2, LIP_NORM_1, LIP_NORM_INF } lip_norm_kind;

/* "2", "1", "inf"; static text. */
LIP_PUBLIC const char *lip_norm_name(lip_norm_kind norm);

/* Which function of the network: all outputs (a map to R^m), one, or a difference f_plus - f_minus.
 */
typedef enum lip_output_kind {
  LIP_ALL_OUTPUTS,
  LIP_ONE_OUTPUT,
  LIP_OUTPUT_DIFFERENCE
} lip_output_kind;

typedef struct lip_output {
  lip_output_kind kind;
  size_t plus, minus; /* from 0; minus of a difference only */
} lip_output;

/* "I", "I-J" or "all" of `outputs` outputs; NULL: all of them.
   return  LIP_OK; LIP_EOPTION for other text, an output that is not there, or I = J */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_output_parse(const char *text, size_t outputs,
                                                      lip_output *output, lip_error *err);

/* A bracket with what proves it: the network (by the SHA-256 of its content), function, norm and
   domain it speaks of, a witness for the lower end, a proof of the upper one. docs/formats.md says
   what the file holds. Everything in it is a proposal until lip_check has proved it. */
typedef struct lip_certificate lip_certificate;

/* return  LIP_OK; LIP_EIO; LIP_EINPUT where the bytes are not exactly those that
   lip_certificate_write writes for what they say (so that no byte can be changed unnoticed);
   LIP_ENOMEM. certificate  out  released with lip_certificate_free */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_certificate_read(const char *path,
                                                          lip_certificate **certificate,
                                                          lip_error *err);
/* The file appears whole or not at all.  return  LIP_OK; LIP_EIO; LIP_ENOMEM */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_certificate_write(const lip_certificate *certificate,
                                                           const char *path, lip_error *err);
LIP_PUBLIC void lip_certificate_free(lip_certificate *certificate); /* takes NULL */

typedef struct lip_check_result {
  bool valid;          /* both ends are proved, rounding counted */
  double lower, upper; /* as the certificate claims them */
  const char *proof;   /* which kind of proof; static text */
  char reason[256];    /* why not valid; empty where it is */
  double seconds;
} lip_check_result;

/* Proves a certificate of this network again, from the network and the certificate alone, with
   rounding counted and without any solver.
   return  LIP_OK, also where it is not valid; LIP_ENOMEM; LIP_EINTERRUPT */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_check(const lip_net *net,
                                               const lip_certificate *certificate,
                                               lip_check_result *result, const lip_control *control,
                                               lip_error *err);

#ifdef __cplusplus
}
#endif
#endif
