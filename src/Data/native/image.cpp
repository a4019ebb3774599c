extern "C" __attribute__((visibility("default"))) int ki_version() { return 1; }
