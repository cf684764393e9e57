// What a misspelt or foreign word was probably meant to be. Used by the parser for clauses and operators;
// nearest() serves names of any kind.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "dsl/tokens.hpp"
#include "shrike/diagnostic.hpp"

namespace shrike {

/// Edits (insert, delete, change, swap of neighbours) between two words, letter case ignored; stops counting
/// above `limit`.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

/// The candidate closest to a word, if it is close enough to be meant; empty otherwise. The first of equally
/// close ones.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// Adds the nearest of these words to a message, as help and as repair. False when none is near.
bool suggest(Diagnostic& diagnostic, std::string_view written, std::initializer_list<Word> words);

/// As suggest(), of the words that a text names in backquotes: "`none` or `alert`".
bool suggest_quoted(Diagnostic& diagnostic, std::string_view written, std::string_view text);

/// Adds the clause that other rule languages call so: `condition` is `when`.
void suggest_familiar_clause(Diagnostic& diagnostic, std::string_view written);

/// The operator that other languages write so: `startswith` is `starts`; empty when there is none.
std::string_view meant_operator(std::string_view written);

}  // namespace shrike
