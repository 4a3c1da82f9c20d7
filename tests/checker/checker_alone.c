/* checker_alone.c - 'liplaw check' as a program of its own, with no trainer and no solver in it.
   Usage: checker_alone NET CERTIFICATE [--json] */
#include "cli/cli.h"

#include "linalg/dgemm.h"

int main(int argc, char **argv)
{
  lip_blas_single_thread();
  return check_command.run(&check_command, argc, argv);
}
