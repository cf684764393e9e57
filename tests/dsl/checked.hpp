// A text with what the checker makes of it, beside a few small classes, for tests.
#pragma once

#include <map>
#include <string>

#include "dsl/check.hpp"
#include "dsl/parse.hpp"

namespace shrike::tests {

inline constexpr const char* kClasses = R"(
class signin "Sign-in" {
  time: time  id: string cased  user: string  ip: ip  asn: int  score_of: float  country: string  place: place  ua: client
  session: string  token: string cased  outcome: string  error: int  managed: bool
  risk: record { level: string  events: list<string> }
}
class audit "Activity" {
  time: time  id: string cased  user: string  ip: ip  asn: int  session: string  operation: string  mailbox: string
  subject: string  item_count: int  params: map<string>  forward_to: list<string>  networks: list<cidr>  issued: time  details: json
}
)";

struct Checked {
  SourceFiles files;
  Diagnostics diagnostics;
  Model model;

  /// `lists` are the files that lists and tables may name.
  explicit Checked(std::string text, const std::map<std::string, std::string>& lists = {})
      : files{{"test.shrike", std::move(text)}, {"classes.shrike", kClasses}} {
    std::vector<ast::File> trees;
    for (std::uint32_t i = 0; i < files.size(); ++i) trees.push_back(parse(files, i, diagnostics));
    model = check(
        std::move(trees), files,
        [&](std::string_view, std::string_view name) -> Expected<std::string> {
          const auto found = lists.find(std::string(name));
          if (found == lists.end()) return fail(ErrorCode::kIo, "there is no such file");
          return found->second;
        },
        diagnostics);
  }

  /// Codes of errors, in order; with `warnings`, of those as well.
  std::string codes(bool warnings = false) const {
    std::string all;
    for (const Diagnostic& d : diagnostics) {
      if (!warnings && d.level == DiagnosticLevel::kWarning) continue;
      all += (all.empty() ? "" : " ") + std::string(d.code);
    }
    return all;
  }
  std::string messages() const {
    std::string all;
    for (const Diagnostic& d : diagnostics) all += render(d, files);
    return all;
  }
};

/// A rule over `classes` with that condition.
inline std::string where(const std::string& condition, const std::string& classes = "audit") {
  return "rule r \"R\" { severity low on " + classes + " where " + condition + " }\n";
}

/// A rule that keeps the sign-ins of a user.
inline std::string when(const std::string& condition, const std::string& rest = {}) {
  return "rule r \"R\" { severity low on signin each user within 1d when " + condition + " " + rest + " }\n";
}

/// The repaired text, if the first message offers a repair.
inline std::string repaired(const Checked& checked) {
  if (checked.diagnostics.empty() || !checked.diagnostics[0].repair) return {};
  const Diagnostic::Repair& repair = *checked.diagnostics[0].repair;
  std::string text = checked.files[repair.where.file].text;
  return text.replace(repair.where.begin, repair.where.end - repair.where.begin, repair.text);
}

}  // namespace shrike::tests
