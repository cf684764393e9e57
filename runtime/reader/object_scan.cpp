// The structural scan: bit masks per 64 bytes, a small step per bracket.
#include "runtime/reader/object_scan.hpp"

#include <algorithm>
#include <bit>

#include "runtime/reader/json_block.hpp"

namespace shrike::reader {
namespace {

/// Bits of the characters that an odd run of backslashes stands before.
std::uint64_t escaped_bits(std::uint64_t backslashes, bool escape_first) {
  constexpr std::uint64_t kEvenBits = 0x5555555555555555U;
  const std::uint64_t first = escape_first ? 1 : 0;
  backslashes &= ~first;
  const std::uint64_t follows = (backslashes << 1) | first;
  const std::uint64_t odd_starts = backslashes & ~kEvenBits & ~follows;
  const std::uint64_t even_runs = odd_starts + backslashes;
  return (kEvenBits ^ (even_runs << 1)) & follows;
}

/// Bit i is the parity of bits 0…i: turns quotes into the insides of strings.
std::uint64_t parity_bits(std::uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

std::uint64_t bits_below(unsigned index) {
  return index >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << index) - 1;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

}  // namespace

void ObjectScan::start(const Surroundings& around) {
  depth_ = 0;
  around_ = around;
  carried_ = {};
  in_string_ = escape_next_ = broken_ = too_deep_ = false;
  newlines_ = 0;
}

void ObjectScan::start_inside_object(const Surroundings& around) {
  start(around);
  depth_ = 1;
  if (max_depth_ != 0) is_object_[0] = 1;
  carried_.significant = ']';
}

ObjectScan::Before ObjectScan::look_back(const char* text, const char* from) const {
  Before before;
  std::size_t blanks = 0;
  while (from != text) {
    const char c = *--from;
    if (c == '\n') {
      if (!before.line_start) before.indent = blanks;
      before.line_start = true;
    } else if (is_blank(c)) {
      ++blanks;
    } else {
      before.significant = c;
      return before;
    }
  }
  if (!before.line_start) {
    before.line_start = carried_.line_start;
    before.indent = carried_.indent + blanks;
  }
  before.significant = carried_.significant;
  return before;
}

ObjectScan::Result ObjectScan::open(char bracket, const Before& before) {
  if (depth_ >= max_depth_) {
    too_deep_ = true;
    ++depth_;
    return Result::kMore;
  }
  if (depth_ != 0 && before.significant != ':' && before.significant != '[' &&
      !(before.significant == ',' && is_object_[depth_ - 1] == 0)) {
    broken_ = true;
    const bool new_line = before.line_start && before.indent <= around_.indent;
    const bool new_element = around_.in_list && depth_ == 1 && before.significant == ',';
    if (bracket == '{' && (new_line || new_element)) return Result::kNextRecord;
  }
  is_object_[depth_++] = bracket == '{' ? 1 : 0;
  return Result::kMore;
}

ObjectScan::Result ObjectScan::close(char bracket) {
  const unsigned char object = bracket == '}' ? 1 : 0;
  if (depth_ > max_depth_ || is_object_[depth_ - 1] == object) {
    return --depth_ == 0 ? Result::kEnd : Result::kMore;
  }
  // The other kind is open: whatever was left open inside the nearest one of this kind ends with it.
  broken_ = true;
  std::size_t level = depth_;
  while (level != 0 && is_object_[level - 1] != object) --level;
  if (level != 0) {
    depth_ = level - 1;
    return depth_ == 0 ? Result::kEnd : Result::kMore;
  }
  return object == 0 && around_.in_list ? Result::kListEnd : Result::kMore;
}

ObjectScan::Result ObjectScan::scan(const char* text, const char* end, std::size_t& used) {
  for (const char* at = text; at < end; at += kBlockBytes) {
    const auto bytes = static_cast<unsigned>(std::min<std::ptrdiff_t>(end - at, kBlockBytes));
    const std::uint64_t valid = bits_below(bytes);
    const std::uint64_t last = std::uint64_t{1} << (bytes - 1);
    const JsonBlock block = classify_block(at);

    std::uint64_t escaped = 0;
    if (block.backslashes != 0 || escape_next_) {
      escaped = escaped_bits(block.backslashes, escape_next_);
      escape_next_ = (block.backslashes & ~escaped & last) != 0;
    }
    std::uint64_t inside = parity_bits(block.quotes & ~escaped);
    if (in_string_) inside = ~inside;
    in_string_ = (inside & last) != 0;

    std::uint64_t brackets = (block.openers | block.closers) & ~inside & valid;
    const std::uint64_t broken_lines = block.newlines & inside & valid;
    const auto broken_line = static_cast<unsigned>(std::countr_zero(broken_lines));
    if (broken_lines != 0) brackets &= bits_below(broken_line);

    for (; brackets != 0; brackets &= brackets - 1) {
      const auto index = static_cast<unsigned>(std::countr_zero(brackets));
      const bool opens = ((block.openers >> index) & 1) != 0;
      const Result result = opens ? open(at[index], look_back(text, at + index)) : close(at[index]);
      if (result == Result::kMore) continue;
      newlines_ += static_cast<unsigned>(std::popcount(block.newlines & bits_below(index)));
      used = static_cast<std::size_t>(at - text) + index + (result == Result::kEnd ? 1 : 0);
      return result;
    }
    if (broken_lines != 0) {
      newlines_ += static_cast<unsigned>(std::popcount(block.newlines & bits_below(broken_line)));
      used = static_cast<std::size_t>(at - text) + broken_line;
      return Result::kLineInString;
    }
    newlines_ += static_cast<unsigned>(std::popcount(block.newlines & valid));
  }
  carried_ = look_back(text, end);
  used = static_cast<std::size_t>(end - text);
  return Result::kMore;
}

}  // namespace shrike::reader
