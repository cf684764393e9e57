// Lines, comments and blank lines for the formatter, and its public functions. What a declaration or an
// expression looks like is in the other format_*.cpp files.
#include "dsl/format.hpp"

#include <algorithm>

#include "dsl/formatter.hpp"

namespace shrike {
namespace {

constexpr std::size_t kEndless = 1U << 30U;
/// Names longer than this do not push the `=` of their neighbours to the right.
constexpr std::size_t kLongestAligned = 20;

std::uint32_t begin_of(const ast::Declaration& declaration) {
  return std::visit([](const auto& d) { return d.span.begin; }, declaration);
}

std::string_view doc_of(const ast::Declaration& declaration) {
  return std::visit([](const auto& d) { return std::string_view(d.doc); }, declaration);
}

}  // namespace

void NameColumns::add(std::string_view name, bool new_run) {
  if (new_run || runs_.empty()) widths_.push_back(0);
  if (name.size() <= kLongestAligned) widths_.back() = std::max(widths_.back(), name.size());
  runs_.push_back(widths_.size() - 1);
}

std::string padded(std::string_view text, std::size_t width) {
  std::string result(text);
  if (result.size() < width) result.append(width - result.size(), ' ');
  return result;
}

std::string Formatter::flat(Piece piece) { return layout_.print(piece, kEndless); }

std::string Formatter::expression(const ast::Expr& e) { return flat(expr(e)); }

bool Formatter::blank_line_before(std::uint32_t offset) const {
  std::size_t newlines = 0;
  std::size_t at = std::min<std::size_t>(offset, source_.size());
  while (at > 0) {
    const char c = source_[--at];
    if (c == '\n') {
      ++newlines;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      return newlines > 1;
    }
  }
  return false;
}

std::uint32_t Formatter::word_before(std::string_view word, std::uint32_t begin) const {
  if (begin == 0 || begin > source_.size()) return begin;
  const std::size_t at = source_.rfind(word, begin - 1);
  return at == std::string_view::npos ? begin : static_cast<std::uint32_t>(at);
}

std::uint32_t Formatter::with_doc(std::uint32_t begin, const std::string& doc) const {
  if (doc.empty() || begin >= source_.size()) return begin;
  std::uint32_t top = begin;
  std::size_t line = begin;
  while (true) {
    const std::size_t newline = line == 0 ? std::string_view::npos : source_.rfind('\n', line - 1);
    if (newline == std::string_view::npos) return top;
    const std::size_t before = newline == 0 ? std::string_view::npos : source_.rfind('\n', newline - 1);
    const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t first = source_.find_first_not_of(" \t\r", start);
    if (first < newline) {
      if (source_.substr(first, 2) != "//") return top;
      if (source_.substr(first, 3) == "///") top = static_cast<std::uint32_t>(first);
    }
    if (newline == 0) return top;
    line = newline;
  }
}

void Formatter::put_line(std::string line) {
  while (!line.empty() && line.back() == ' ') line.pop_back();
  if (!line.empty()) out_.append(indent_, ' ');
  out_ += line;
  out_ += '\n';
}

void Formatter::doc_lines(const std::string& doc) {
  if (doc.empty()) return;
  std::string_view rest = doc;
  while (true) {
    const std::size_t newline = rest.find('\n');
    const std::string_view line = rest.substr(0, newline);
    put_line(line.empty() ? "///" : "/// " + std::string(line));
    if (newline == std::string_view::npos) return;
    rest.remove_prefix(newline + 1);
  }
}

void Formatter::leading_comments(std::uint32_t begin, std::vector<Piece>& out) {
  while (comment_before(begin)) {
    out.push_back(text("//" + file_->comments[next_comment_++].text));
    out.push_back(layout_.hard_line());
  }
}

std::optional<std::string> Formatter::trailing_comment(std::uint32_t limit) {
  if (!comment_before(limit) || file_->comments[next_comment_].own_line) return std::nullopt;
  return file_->comments[next_comment_++].text;
}

void Formatter::begin_item(std::uint32_t begin, const std::string& doc) {
  const std::uint32_t top =
      comment_before(begin) ? file_->comments[next_comment_].span.begin : with_doc(begin, doc);
  const bool blank = !first_in_body_ && blank_line_before(top);
  if (blank || comment_before(begin)) run_breaks_.insert(begin);
  if (blank) out_ += '\n';
  first_in_body_ = false;
  while (comment_before(begin)) {
    const ast::Comment& comment = file_->comments[next_comment_++];
    put_line("//" + comment.text);
    const std::size_t next = source_.find_first_not_of(" \t\r\n", comment.span.end);
    if (next != std::string_view::npos && blank_line_before(static_cast<std::uint32_t>(next))) out_ += '\n';
  }
  doc_lines(doc);
}

void Formatter::item(Piece piece, std::uint32_t limit) {
  out_ += layout_.print(layout_.nest(indent_, concat({text(std::string(indent_, ' ')), piece})), kColumns);
  if (const auto comment = trailing_comment(limit)) out_ += "  //" + *comment;
  out_ += '\n';
  layout_ = Layout();
}

void Formatter::open_body(Piece header, std::uint32_t limit) {
  item(header, limit);
  indent_ += 2;
  first_in_body_ = true;
}

void Formatter::close_body(std::uint32_t end, std::uint32_t limit) {
  while (comment_before(end)) {
    const ast::Comment& comment = file_->comments[next_comment_++];
    if (!first_in_body_ && blank_line_before(comment.span.begin)) out_ += '\n';
    first_in_body_ = false;
    put_line("//" + comment.text);
  }
  indent_ -= 2;
  first_in_body_ = false;
  item(text("}"), limit);
}

std::string Formatter::file() {
  bool before_is_line = false;
  for (std::size_t i = 0; i < file_->declarations.size(); ++i) {
    const ast::Declaration& next = *file_->declarations[i];
    limit_ = i + 1 < file_->declarations.size() ? begin_of(*file_->declarations[i + 1])
                                                : std::numeric_limits<std::uint32_t>::max();
    const std::uint32_t begin = begin_of(next);
    const std::string doc(doc_of(next));
    const std::uint32_t top =
        comment_before(begin) ? file_->comments[next_comment_].span.begin : with_doc(begin, doc);

    const std::size_t start = out_.size();
    first_in_body_ = true;
    begin_item(begin, doc);
    const std::size_t head = out_.size();
    const std::size_t comments = next_comment_;
    run_breaks_.clear();
    declaration(next);
    if (!run_breaks_.empty()) {
      // Once more: now it is known where blank lines and comments end the runs whose `=` line up.
      out_.resize(head);
      next_comment_ = comments;
      first_in_body_ = false;
      indent_ = 0;
      declaration(next);
    }
    const bool is_line = std::count(out_.begin() + static_cast<std::ptrdiff_t>(head), out_.end(), '\n') == 1;
    if (i > 0 && !(before_is_line && is_line && !blank_line_before(top))) out_.insert(start, 1, '\n');
    before_is_line = is_line;
  }
  bool first = true;
  while (comment_before(std::numeric_limits<std::uint32_t>::max())) {
    const ast::Comment& comment = file_->comments[next_comment_++];
    const bool after_body = first && !before_is_line;
    if (!out_.empty() && (after_body || blank_line_before(comment.span.begin))) out_ += '\n';
    first = false;
    put_line("//" + comment.text);
  }
  return std::move(out_);
}

std::string format(const ast::File& file, const SourceFiles& files) {
  const std::string_view source =
      file.index < files.size() ? std::string_view(files[file.index].text) : std::string_view{};
  return Formatter(&file, source).file();
}

std::string format(const ast::Expr& expr) { return Formatter(nullptr, {}).expression(expr); }

}  // namespace shrike
