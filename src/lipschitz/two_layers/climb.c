/* climb.c - which way to climb. */
#include "lipschitz/two_layers/climb.h"

const lip_climb_kind *lip_climb_kind_for(const lip_problem *problem)
{
  if (lip_climb_corners.applies(problem)) return &lip_climb_corners;
  return lip_climb_exact_lines.applies(problem) ? &lip_climb_exact_lines : &lip_climb_sampled_lines;
}
