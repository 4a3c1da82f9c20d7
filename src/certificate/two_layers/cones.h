/* cones.h - cones of inputs, the signs of neurons on them, and the sign bound there. */
#ifndef LIP_CERTIFICATE_TWO_LAYERS_CONES_H
#define LIP_CERTIFICATE_TWO_LAYERS_CONES_H

#include "certificate/claim.h"

enum { LIP_CONE_DIMENSIONS = 8 /* at most */, LIP_VERTEX_BITS = 100 };

/* One output of a network whose activation has one slope below 0 and one above, in homogeneous
   coordinates: neuron l has the sign of h_l . (x, s), h_l = [w_l, b_l], s = 1 (h_l = w_l where all
   biases are 0). With the columns of a basis, (x, s) = basis . y, the cone of y spanned by D
   vertices. Vertices have sum |y_i| = 1 and lie in one orthant; they begin as +- unit vectors and
   go on as points of edges, exactly.

   The gradient there is base + sum_l sign_l v_l, in the claim's scaled units. */
typedef struct lip_cones {
  const lip_claim *claim; /* borrowed */
  size_t D, d, k;         /* D = d + 1 with biases, else d */
  bool biased;
  size_t padded;  /* k, rounded up to whole words of 64 */
  size_t words;   /* padded / 64 */
  double *basis;  /* D x D, entries at most 1 in size */
  double *reach;  /* D x padded: h_l . column i of the basis, rows of h scaled by powers of two */
  double *doubt;  /* padded: error bound of h_l . vertex, for any vertex; infinite beyond k */
  double *side;   /* D: s at the columns of the basis; zeros where there are no biases */
  uint64_t *flat; /* D x words: the neurons whose hyperplane column i lies on, exactly */
  double *v;      /* k x d: half the jump of the gradient at neuron l, w_l a_l (above - below) / 2;
                     neurons of one hyperplane are counted at the first of them */
  double base[LIP_CONE_DIMENSIONS]; /* d: the rest */
  double error;     /* |gradient| is at most this above what exact sums of base and v give */
  uint64_t *moving; /* words: the neurons with v_l != 0 */
  double *memory;   /* owns the doubles */
} lip_cones;

/* The claim is one that cones speak of: one output, norm 2, ReLU, leaky ReLU or abs, D <= 8. */
bool lip_cones_apply(const lip_claim *claim);
/* D */
size_t lip_cones_dimension(const lip_claim *claim);

/* basis  in   D x D, copied
   return      LIP_OK; LIP_EINPUT where it has an entry above 1 in size or NaN, or is not certainly
               nonsingular; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_cones_create(const lip_claim *claim, const double *basis,
                                           lip_cones **cones, lip_error *err);
void lip_cones_free(lip_cones *cones); /* takes NULL */

/* A vertex: D coordinates; which neurons are certainly at or above / at or below 0 there (both: the
   vertex lies on the hyperplane). A neuron that is at or above 0 at all vertices of a cone is above
   0 inside, since it cannot be 0 at all of them. */
__extension__ typedef __int128 lip_wide;

typedef struct lip_vertex {
  lip_wide exact[LIP_CONE_DIMENSIONS]; /* coordinates in units of 2^-LIP_VERTEX_BITS */
  double y[LIP_CONE_DIMENSIONS];       /* the same, rounded */
  bool outside;                        /* s <= 0, certainly */
  uint64_t *above;                     /* words */
  uint64_t *below;                     /* words */
} lip_vertex;

/* between <- p + (q - p) eighths / 8, eighths 1 to 7, with its signs (arrays provided). False where
   it is not exact: the vertex is not to be used. */
bool lip_vertex_between(const lip_cones *cones, const lip_vertex *p, const lip_vertex *q,
                        unsigned eighths, lip_vertex *between);
/* Sets the coordinates. */
void lip_vertex_place(size_t D, const lip_wide *exact, lip_vertex *vertex);
/* The column i of the basis, or its negative. */
void lip_vertex_corner(const lip_cones *cones, size_t i, bool negative, lip_vertex *corner);

/* What is left of the gradient on a cone: base + the fixed neurons' v, and the v of the free ones.
 */
typedef struct lip_cone_sum {
  size_t free;
  double fixed[LIP_CONE_DIMENSIONS];
  double *v;        /* d x padded: coordinate i of free neuron t at v[i padded + t] */
  double *lambda;   /* padded: workspace */
  unsigned *neuron; /* padded: which one is free neuron t */
} lip_cone_sum;

/* return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_cone_sum_create(const lip_cones *cones, lip_cone_sum *sum,
                                              lip_error *err);
void lip_cone_sum_clear(lip_cone_sum *sum); /* takes one that is zeroed */

/* above, below  in  words each: the neurons that are fixed */
void lip_cone_sum_make(const lip_cones *cones, const uint64_t *above, const uint64_t *below,
                       lip_cone_sum *sum);

/* The sign relaxation with the multipliers that a form S gives: with u the fixed sum and every free
   v, lambda = sqrt(u'S u) and total their sum,
     (z.(fixed + sum +-v))^2 <= (sum |z.u|)^2 <= total z'(sum u u'/lambda) z.
   S      in   d (d + 1) / 2, the lower triangle by rows; any numbers
   N      out  d x d: sum u u' / lambda, both triangles
   return      total; lambda stands in sum->lambda for the free neurons */
double lip_cone_form(const lip_cones *cones, lip_cone_sum *sum, const double *S, double *N);

/* Does the form prove that the scaled gradient is at most `upper` (scaled) in length on the cone?
   Rounding counted. */
bool lip_cone_form_proves(const lip_cones *cones, lip_cone_sum *sum, const double *S, double upper);

#endif
