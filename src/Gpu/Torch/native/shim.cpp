extern "C" __attribute__((visibility("default"))) int kt_version() { return 1; }
