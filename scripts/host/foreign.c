// A program that knows nothing of Go and libtorch loads the library and computes with it.
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    fprintf(stderr, "dlopen: %s\n", dlerror());
    return 1;
  }
  double (*sum)(int, double*) = (double (*)(int, double*))dlsym(library, "SumOfSquares");
  double gradient = 0, total = sum != NULL ? sum(1000, &gradient) : 0;
  printf("sum %g, gradient %g\n", total, gradient);
  return total == 4000 && gradient == 4 ? 0 : 1;
}
