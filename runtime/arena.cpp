// Blocks behind the arena: how it grows within its limit and what it keeps for the next event.
// The allocation path itself is inline in arena.hpp.
#include "runtime/arena.hpp"

#include <algorithm>
#include <new>

namespace shrike {
namespace {

constexpr std::size_t kFirstBlock = std::size_t{64} << 10;
constexpr std::size_t kLargestStep = std::size_t{1} << 20;
constexpr std::size_t kKeptBytes = std::size_t{1} << 20;

}  // namespace

bool Arena::grow(std::size_t bytes) {
  const std::size_t used = used_bytes();
  if (bytes > limit_ || used > limit_ - bytes) {
    exhausted_ = true;
    return false;
  }
  const std::size_t room = limit_ - used;
  std::size_t index = begin_ == nullptr ? 0 : current_ + 1;
  while (index < blocks_.size() && blocks_[index].size < bytes) ++index;
  if (index == blocks_.size()) {
    const std::size_t step = blocks_.empty() ? kFirstBlock : std::min(blocks_.back().size * 2, kLargestStep);
    const std::size_t size = std::max(bytes, std::min(step, room & ~std::size_t{15}));
    std::unique_ptr<std::byte[]> storage(new (std::nothrow) std::byte[size]);
    if (storage == nullptr) {
      exhausted_ = true;
      return false;
    }
    blocks_.push_back({std::move(storage), size});
  }
  used_before_ = used;
  current_ = index;
  begin_ = next_ = blocks_[index].bytes.get();
  end_ = begin_ + std::min(blocks_[index].size, room & ~std::size_t{15});
  return true;
}

void Arena::rewind(const Mark& mark) {
  exhausted_ = false;
  if (mark.block >= blocks_.size()) return;  // nothing was there then, and nothing is now
  const std::size_t room = limit_ - mark.used_before;
  current_ = mark.block;
  used_before_ = mark.used_before;
  begin_ = blocks_[current_].bytes.get();
  next_ = begin_ + mark.used_in_block;
  end_ = begin_ + std::min(blocks_[current_].size, room & ~std::size_t{15});
}

void Arena::reset() {
  std::size_t kept = 0;
  std::size_t total = 0;
  while (kept < blocks_.size() && total + blocks_[kept].size <= kKeptBytes) total += blocks_[kept++].size;
  blocks_.resize(kept);
  current_ = 0;
  used_before_ = 0;
  exhausted_ = false;
  begin_ = next_ = end_ = nullptr;
  if (!blocks_.empty()) {
    begin_ = next_ = blocks_[0].bytes.get();
    end_ = begin_ + std::min(blocks_[0].size, limit_ & ~std::size_t{15});
  }
}

}  // namespace shrike
