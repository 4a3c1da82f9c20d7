# The elementwise passes of training are compiled once per instruction set; the library chooses when
# it runs.
set(elementwise -fno-math-errno -ffp-contract=fast -Wno-psabi)
set_source_files_properties(train/elementwise_generic.c PROPERTIES COMPILE_OPTIONS "${elementwise}")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set_source_files_properties(train/elementwise_avx2.c PROPERTIES
                              COMPILE_OPTIONS "${elementwise};-mavx2;-mfma")
  set_source_files_properties(train/elementwise_avx512.c PROPERTIES COMPILE_OPTIONS
    "${elementwise};-mavx512f;-mavx512vl;-mavx512bw;-mavx512dq;-mavx2;-mfma;-mprefer-vector-width=512")
  set_source_files_properties(train/elementwise.c PROPERTIES COMPILE_DEFINITIONS LIP_X86)
else()
  list(FILTER rooms EXCLUDE REGEX "elementwise_avx")
endif()

# The loops of iterations on blocks of vectors choose their instruction set within one file.
set_source_files_properties(linalg/eight_columns.c PROPERTIES COMPILE_OPTIONS
                            "-ffp-contract=fast;-Wno-psabi")
