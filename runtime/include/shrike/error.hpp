// Errors as values: what a failed load, read or run says. No exception leaves the library.
// Rule text has diagnostics instead (dsl/include/shrike/diagnostic.hpp).
#pragma once

#include <string>

#include <tl/expected.hpp>

namespace shrike {

/// What kind of failure an Error is; lets a program react without reading text.
enum class ErrorCode {
  kIo,        ///< a file or stream could not be read or written
  kFormat,    ///< bytes are not what they claim to be (JSON, gzip, .shrikec, …)
  kVersion,   ///< a .shrikec of another bytecode version
  kUnsafe,    ///< bytecode that the verifier refuses
  kLimit,     ///< a stated limit was reached
  kArgument,  ///< the caller passed something unusable
};

struct Error {
  ErrorCode code = ErrorCode::kFormat;
  std::string message;  ///< one plain sentence; may quote input, so escape it where it is shown
};

template <class T>
using Expected = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace shrike
