/* domain.h - points of a domain, and what of a gradient counts there. */
#ifndef LIP_CERTIFICATE_DOMAIN_H
#define LIP_CERTIFICATE_DOMAIN_H

#include <liplaw/certificate.h>

/* Moves x (d entries) to a point of the domain, certainly so (lip_domain_contains): in a ball and
   on a sphere along its ray, in a box entry by entry, around data along the ray from the nearest
   center. What is not a number becomes 0 before that. */
void lip_domain_project(lip_domain domain, size_t d, double *x);

/* Is x certainly a point of the domain, rounding counted? Of the sphere every x but 0 and what is
   not finite: the point meant is radius x / |x|. */
bool lip_domain_contains(lip_domain domain, size_t d, const double *x);

/* On the sphere: takes out of v its component along x. Elsewhere v stays. */
void lip_domain_tangential(lip_domain domain, size_t d, const double *x, double *v);

/* |gradient|, on the sphere of its tangential part. */
double lip_domain_slope(lip_domain domain, size_t d, const double *x, const double *gradient);

/* The largest |x| of the domain in d dimensions, rounded up; infinite for the space. */
double lip_domain_radius(lip_domain domain, size_t d);

/* Writes the domain as lip_domain_parse reads it; around data, whose file is not known here, the
   number of centers stands for it. Returns buffer. */
const char *lip_domain_format(lip_domain domain, char *buffer, size_t size);

#endif
