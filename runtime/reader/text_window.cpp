// Sliding and growing the window.
#include "runtime/reader/text_window.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace shrike::reader {

TextWindow::TextWindow(ByteSource& text, std::size_t chunk)
    : text_(text), chunk_(std::max<std::size_t>(chunk, 64)) {
  capacity_ = 2 * chunk_ + kRecordPadding;
  data_ = std::make_unique_for_overwrite<char[]>(capacity_);
  std::memset(data_.get(), 0, kRecordPadding);
}

bool TextWindow::refill(std::uint64_t keep) {
  if (ended_) return false;
  const auto dropped = static_cast<std::size_t>(keep - base_);
  const std::size_t kept = size_ - dropped;
  const std::size_t wanted = kept + chunk_ + kRecordPadding;
  if (wanted > capacity_) {
    capacity_ = std::max(wanted, 2 * capacity_);
    auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
    std::memcpy(larger.get(), data_.get() + dropped, kept);
    data_ = std::move(larger);
  } else if (dropped != 0) {
    std::memmove(data_.get(), data_.get() + dropped, kept);
  }
  base_ = keep;
  size_ = kept;
  auto got = text_.read(data_.get() + size_, chunk_);
  if (got) {
    size_ += *got;
    ended_ = *got == 0;
  } else {
    ended_ = true;
    failure_ = std::move(got).error();
  }
  std::memset(data_.get() + size_, 0, kRecordPadding);
  return !ended_;
}

}  // namespace shrike::reader
