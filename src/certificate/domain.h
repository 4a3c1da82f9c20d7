/* domain.h - points of a domain, and what of a gradient counts there. */
#ifndef LIP_CERTIFICATE_DOMAIN_H
#define LIP_CERTIFICATE_DOMAIN_H

#include <liplaw/certificate.h>

/* Moves x along its ray to the nearest point of the domain. */
void lip_domain_project(lip_domain domain, size_t d, double *x);

/* On the sphere: takes out of v its component along x. Elsewhere v stays. */
void lip_domain_tangential(lip_domain domain, size_t d, const double *x, double *v);

/* |gradient|, on the sphere of its tangential part. */
double lip_domain_slope(lip_domain domain, size_t d, const double *x, const double *gradient);

/* The largest |x| of the domain; infinite for the space. */
double lip_domain_radius(lip_domain domain);

/* Writes the domain as lip_domain_parse reads it. Returns buffer. */
const char *lip_domain_format(lip_domain domain, char *buffer, size_t size);

#endif
