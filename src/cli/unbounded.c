/* unbounded.c - why a network has no bound from above on its domain, in words. */
#include "cli/unbounded.h"

#include "lipschitz/infinite.h"

#include <math.h>
#include <stdio.h>

size_t cli_unbounded_node(const lip_net *net, const lip_measurement *found)
{
  bool bounded = found->domain.kind != LIP_SPACE || isfinite(found->upper);

  return bounded ? LIP_NOWHERE : lip_unbounded_node(net);
}

const char *cli_unbounded(const lip_net *net, const lip_measurement *found, char *buffer,
                          size_t size)
{
  size_t node = cli_unbounded_node(net, found);
  const char *name;

  buffer[0] = 0;
  if (node == LIP_NOWHERE) return buffer;
  name = net->node[node].name;
  (void)snprintf(buffer, size,
                 ": the slope of node %zu%s%s%s (%s) grows without bound on the space; --domain "
                 "ball:R or box:LO,HI has one",
                 node, name[0] ? ", '" : "", name, name[0] ? "'" : "",
                 lip_activation_name(net->node[node].activation.kind));
  return buffer;
}
