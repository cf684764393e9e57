// Files, standard input and memory as byte sources.
#include "runtime/reader/byte_source.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace shrike::reader {
namespace {

constexpr std::uint64_t kProgressStep = std::uint64_t{16} << 20;

std::string io_message(std::string_view what, const std::string& path, int number) {
  std::string message(what);
  message += " '" + path + "': " + std::generic_category().message(number);
  return message;
}

}  // namespace

void ProgressCount::add(std::size_t bytes) {
  done_ += bytes;
  if (tell_ && done_ - told_ >= kProgressStep) {
    told_ = done_;
    tell_(done_, total_);
  }
}

void ProgressCount::finish() const {
  if (tell_) tell_(done_, total_);
}

FileBytes::~FileBytes() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

Expected<void> FileBytes::open(const std::string& path) {
  path_ = path;
  if (path == "-") {
    descriptor_ = STDIN_FILENO;
    return {};
  }
  do {
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  } while (descriptor_ < 0 && errno == EINTR);
  if (descriptor_ < 0) return fail(ErrorCode::kIo, io_message("Cannot open", path, errno));
#ifdef POSIX_FADV_SEQUENTIAL
  ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
  return {};
}

Expected<std::size_t> FileBytes::read(char* into, std::size_t room) {
  ssize_t got = 0;
  do {
    got = ::read(descriptor_, into, room);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return fail(ErrorCode::kIo, io_message("Cannot read", path_, errno));
  const auto bytes = static_cast<std::size_t>(got);
  if (progress_ != nullptr) progress_->add(bytes);
  return bytes;
}

Expected<std::size_t> MemoryBytes::read(char* into, std::size_t room) {
  const std::size_t bytes = std::min({room, rest_.size(), largest_read_});
  if (bytes != 0) std::memcpy(into, rest_.data(), bytes);
  rest_.remove_prefix(bytes);
  return bytes;
}

}  // namespace shrike::reader
