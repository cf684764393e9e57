#include "runtime/state/key_store.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "runtime/state/value_bytes.hpp"

namespace shrike {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kFirstBlock = std::size_t{4} << 10;
constexpr std::size_t kLargestBlock = std::size_t{1} << 20;
constexpr std::size_t kFirstTable = 64;

std::uint32_t put_size(char* to, std::size_t size) {
  std::uint32_t written = 0;
  while (size >= 0x80) {
    to[written++] = static_cast<char>(size | 0x80);
    size >>= 7;
  }
  to[written++] = static_cast<char>(size);
  return written;
}

std::uint32_t get_size(const char* from, std::uint32_t& size) {
  std::uint32_t read = 0;
  size = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(from[read++]);
    size |= (byte & 0x7FU) << shift;
    if ((byte & 0x80) == 0) return read;
  }
}

}  // namespace

/// Collisions cost time only: keys are compared whole.
std::uint64_t KeyStore::hash_of(std::string_view key) const {
  std::uint64_t hash = (seed_ * 0x9E3779B97F4A7C15u) ^ key.size();
  std::size_t at = 0;
  const auto mix = [&](std::uint64_t word) {
    hash = (hash ^ word ^ seed_) * 0xD6E8FEB86659FD93u;
    hash ^= hash >> 32;
  };
  for (; at + 8 <= key.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, key.data() + at, sizeof word);
    mix(word);
  }
  std::uint64_t tail = 0;
  for (; at < key.size(); ++at) tail = (tail << 8) | static_cast<unsigned char>(key[at]);
  mix(tail);
  mix(0);
  return hash;
}

std::uint64_t KeyStore::place(std::uint64_t hash, std::uint32_t block, std::uint32_t offset) {
  return (hash >> 52 << 52) | (std::uint64_t{block} << 20) | offset;
}

KeyStore::Record KeyStore::record_at(std::uint32_t block, std::uint32_t offset) const {
  const char* const begin = blocks_[block].bytes.get() + offset;
  const char* at = begin;
  std::uint32_t size = 0;
  at += get_size(at, size);
  Record record;
  record.key = {at, size};
  at += size;
  at += get_size(at, size);
  record.bytes = {at, size};
  record.size = static_cast<std::uint32_t>(at + size - begin);
  return record;
}

std::size_t KeyStore::find_slot(std::string_view key, std::uint64_t hash) const {
  if (table_.empty()) return kNone;
  const std::size_t mask = table_.size() - 1;
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    const std::uint64_t entry = table_[slot];
    if (entry == kFree) return kNone;
    if (entry == kErased || entry >> 52 != hash >> 52) continue;
    if (record_at(block_of(entry), offset_of(entry)).key == key) return slot;
  }
}

std::optional<std::string_view> KeyStore::find(std::string_view key) const {
  const std::size_t slot = find_slot(key, hash_of(key));
  if (slot == kNone) return std::nullopt;
  return record_at(block_of(table_[slot]), offset_of(table_[slot])).bytes;
}

bool KeyStore::put(std::string_view key, std::string_view bytes, std::uint64_t use) {
  if (key.size() + bytes.size() + 16 > kMostBytes) {
    erase(key);
    return false;
  }
  const std::uint64_t hash = hash_of(key);
  std::size_t slot = find_slot(key, hash);
  if (slot != kNone) {
    const Record old = record_at(block_of(table_[slot]), offset_of(table_[slot]));
    blocks_[block_of(table_[slot])].dead += old.size;
    dead_bytes_ += old.size;
  } else {
    if ((taken_ + 1) * 8 > table_.size() * 7) grow_table();
    const std::size_t mask = table_.size() - 1;
    for (slot = hash & mask; table_[slot] != kFree && table_[slot] != kErased;) slot = (slot + 1) & mask;
    if (table_[slot] == kFree) ++taken_;
    ++keys_;
  }
  append(key, bytes, use, hash, slot);
  if (dead_bytes_ > used_bytes_ / 2 && order_.size() > 4) compact();
  return true;
}

bool KeyStore::is_live(const Record& record, std::uint32_t block, std::uint32_t offset) const {
  const std::size_t slot = find_slot(record.key, hash_of(record.key));
  return slot != kNone && block_of(table_[slot]) == block && offset_of(table_[slot]) == offset;
}

void KeyStore::append(std::string_view key, std::string_view bytes, std::uint64_t use, std::uint64_t hash,
                      std::size_t slot) {
  const std::size_t most = key.size() + bytes.size() + 16;
  if (order_.empty() || blocks_[order_.back()].size - blocks_[order_.back()].used < most)
    new_block(most, use);
  const std::uint32_t number = order_.back();
  Block& block = blocks_[number];
  char* const begin = block.bytes.get() + block.used;
  char* at = begin;
  at += put_size(at, key.size());
  std::memcpy(at, key.data(), key.size());
  at += key.size();
  at += put_size(at, bytes.size());
  if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
  at += bytes.size();
  table_[slot] = place(hash, number, block.used);
  block.used += static_cast<std::uint32_t>(at - begin);
  used_bytes_ += static_cast<std::size_t>(at - begin);
}

void KeyStore::new_block(std::size_t least, std::uint64_t use) {
  // The first blocks are small, since most rules keep few keys.
  const std::size_t usual = std::min(kLargestBlock, std::max(kFirstBlock, block_bytes_ / 4));
  Block block;
  block.use = use;
  block.size = static_cast<std::uint32_t>(std::max(least, usual));
  block.bytes = std::make_unique_for_overwrite<char[]>(block.size);
  block_bytes_ += block.size;
  auto number = static_cast<std::uint32_t>(blocks_.size());
  if (free_.empty()) {
    blocks_.push_back(std::move(block));
  } else {
    number = free_.back();
    free_.pop_back();
    blocks_[number] = std::move(block);
  }
  order_.push_back(number);
}

void KeyStore::free_block(std::uint32_t number) {
  Block& block = blocks_[number];
  block_bytes_ -= block.size;
  used_bytes_ -= block.used;
  dead_bytes_ -= block.dead;
  block = {};
  free_.push_back(number);
}

bool KeyStore::erase(std::string_view key) {
  const std::size_t slot = find_slot(key, hash_of(key));
  if (slot == kNone) return false;
  const std::uint32_t number = block_of(table_[slot]);
  const std::uint32_t size = record_at(number, offset_of(table_[slot])).size;
  blocks_[number].dead += size;
  dead_bytes_ += size;
  table_[slot] = kErased;
  --keys_;
  return true;
}

void KeyStore::grow_table() {
  std::vector<std::uint64_t> old(
      keys_ * 2 < table_.size() ? table_.size() : std::max(kFirstTable, table_.size() * 2), kFree);
  old.swap(table_);
  taken_ = keys_;
  const std::size_t mask = table_.size() - 1;
  for (const std::uint64_t entry : old) {
    if (entry == kFree || entry == kErased) continue;
    const std::uint64_t hash = hash_of(record_at(block_of(entry), offset_of(entry)).key);
    std::size_t slot = hash & mask;
    while (table_[slot] != kFree) slot = (slot + 1) & mask;
    table_[slot] = entry;
  }
}

/// Blocks that hold little are written together; they stay the oldest.
void KeyStore::compact() {
  std::vector<std::uint32_t> sparse;
  for (const std::uint32_t number : order_) {
    if (number != order_.back() && blocks_[number].dead * 2 >= blocks_[number].used) sparse.push_back(number);
  }
  if (sparse.empty()) return;
  std::deque<std::uint32_t> rest;
  for (const std::uint32_t number : order_) {
    if (std::find(sparse.begin(), sparse.end(), number) == sparse.end()) rest.push_back(number);
  }
  order_.clear();
  for (const std::uint32_t number : sparse) {
    for (std::uint32_t offset = 0; offset < blocks_[number].used;) {
      const Record record = record_at(number, offset);
      const std::uint64_t hash = hash_of(record.key);
      const std::size_t slot = find_slot(record.key, hash);
      if (slot != kNone && block_of(table_[slot]) == number && offset_of(table_[slot]) == offset)
        append(record.key, record.bytes, blocks_[number].use, hash, slot);
      offset += record.size;
    }
    free_block(number);
  }
  order_.insert(order_.end(), rest.begin(), rest.end());
}

void KeyStore::drop_oldest_while(
    const std::function<bool(std::string_view key, std::string_view bytes)>& goes) {
  while (!order_.empty()) {
    const std::uint32_t number = order_.front();
    while (blocks_[number].checked < blocks_[number].used) {
      const std::uint32_t offset = blocks_[number].checked;
      const Record record = record_at(number, offset);
      if (is_live(record, number, offset)) {
        if (!goes(record.key, record.bytes)) return;
        erase(record.key);
      }
      blocks_[number].checked += record.size;
    }
    if (order_.size() == 1) return;  // more will come to it
    order_.pop_front();
    free_block(number);
  }
}

std::size_t KeyStore::drop_oldest_block() {
  if (order_.empty()) return 0;
  const std::size_t before = keys_;
  const std::uint32_t number = order_.front();
  for (std::uint32_t offset = 0; offset < blocks_[number].used;) {
    const Record record = record_at(number, offset);
    if (is_live(record, number, offset)) erase(record.key);
    offset += record.size;
  }
  order_.pop_front();
  free_block(number);
  return before - keys_;
}

void KeyStore::for_each(
    const std::function<void(std::string_view key, std::string_view bytes)>& visit) const {
  for (const std::uint64_t entry : table_) {
    if (entry == kFree || entry == kErased) continue;
    const Record record = record_at(block_of(entry), offset_of(entry));
    visit(record.key, record.bytes);
  }
}

}  // namespace shrike
