/* SwiftPM wants a source file in every target. */
typedef int evl_internals_has_no_code;
