// What a misspelt name, file or choice was probably meant to be.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shrike::cli {

/// Up to three candidates that are close to a word, the closest first.
std::vector<std::string_view> nearest_names(std::string_view word,
                                            std::span<const std::string_view> candidates);

/// "; did you mean `a` or `b`?", or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

/// Why a path cannot be used, with what stands in its folder under a similar name; nothing when it is there.
std::optional<std::string> missing_path(const std::string& path);

/// The value of an option that takes one of a few words; otherwise the message.
std::optional<std::string> wrong_choice(std::string_view option, std::string_view value,
                                        std::span<const std::string_view> choices);

/// Bytes of "65536", "512k", "512M", "2G" (powers of 1024; "MB" and "MiB" too); nothing for anything else.
std::optional<std::size_t> parse_size(std::string_view text);

}  // namespace shrike::cli
