#include "tests/cli/program_run.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

namespace shrike_test {
namespace fs = std::filesystem;

namespace {

/// So long a program may say nothing before it counts as hanging: with sanitizers the tests of the standard
/// library alone take half a minute.
constexpr int kSilence = 180'000;  // milliseconds

struct Pipe {
  int read_end = -1, write_end = -1;
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    read_end = ends[0];
    write_end = ends[1];
  }
};

struct Terminal {
  int master = -1, slave = -1;

  /// False where the system has no pseudo-terminals, as in a container without /dev/pts.
  bool open() {
    winsize size{};
    size.ws_col = 80;
    size.ws_row = 24;
    if (::openpty(&master, &slave, nullptr, nullptr, &size) != 0) return false;
    ::fcntl(master, F_SETFD, FD_CLOEXEC);
    ::fcntl(slave, F_SETFD, FD_CLOEXEC);
    return true;
  }
  void close_slave() {
    if (slave >= 0) ::close(slave);
    slave = -1;
  }
  ~Terminal() {
    close_slave();
    if (master >= 0) ::close(master);
  }
};

/// Reads both until they end, while `input` is written.
void exchange(int input_end, std::string_view input, int out_end, std::string& out, int err_end,
              std::string& err) {
  const auto close_once = [](int& descriptor) {
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
  };
  const auto take = [&](int& descriptor, std::string& into) {
    std::array<char, 65536> block;
    const ssize_t got = ::read(descriptor, block.data(), block.size());
    if (got > 0) into.append(block.data(), static_cast<std::size_t>(got));
    if (got == 0 || (got < 0 && errno != EINTR)) close_once(descriptor);
  };
  if (input_end >= 0) ::fcntl(input_end, F_SETFL, O_NONBLOCK);
  if (input.empty()) close_once(input_end);
  while (out_end >= 0 || err_end >= 0) {
    std::array<pollfd, 3> waits{{{input_end, POLLOUT, 0}, {out_end, POLLIN, 0}, {err_end, POLLIN, 0}}};
    if (::poll(waits.data(), waits.size(), kSilence) <= 0) break;
    if (waits[0].revents != 0) {
      const ssize_t written = ::write(input_end, input.data(), input.size());
      if (written > 0) input.remove_prefix(static_cast<std::size_t>(written));
      if (input.empty() || (written < 0 && errno != EAGAIN)) close_once(input_end);
    }
    if (waits[1].revents != 0) take(out_end, out);
    if (waits[2].revents != 0) take(err_end, err);
  }
  close_once(input_end);
}

[[noreturn]] void become_program(const std::string& folder, const std::vector<std::string>& arguments,
                                 const RunWith& with) {
  ::signal(SIGPIPE, SIG_DFL);
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "xterm", 1);
  for (const std::string& variable : with.environment) {
    const std::size_t equals = variable.find('=');
    ::setenv(variable.substr(0, equals).c_str(), variable.substr(equals + 1).c_str(), 1);
  }
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), "shrike");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  if (::chdir(folder.c_str()) == 0) ::execv(SHRIKE_PROGRAM, argv.data());
  ::_exit(127);
}

}  // namespace

bool has_terminals() {
  if (Terminal().open()) return true;
  std::cout << "skipped: no pseudo-terminal can be opened here\n";
  return false;
}

Folder::Folder() {
  std::string pattern = (fs::temp_directory_path() / "shrike-cli-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

std::string Folder::add(const std::string& name, std::string_view text) const {
  const fs::path path = fs::path(path_) / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return name;
}

std::string Folder::read(const std::string& name) const {
  std::ifstream file(fs::path(path_) / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool Folder::has(const std::string& name) const { return fs::exists(fs::path(path_) / name); }

Outcome Folder::shrike(const std::vector<std::string>& arguments, const RunWith& with) const {
  ::signal(SIGPIPE, SIG_IGN);
  Pipe input, out, err;
  Terminal terminal;
  if (with.terminal || with.input_is_terminal) REQUIRE(terminal.open());
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int screen = terminal.slave;
    ::dup2(with.terminal || with.input_is_terminal ? screen : input.read_end, STDIN_FILENO);
    int target = with.terminal ? screen : out.write_end;
    if (!with.out_file.empty()) target = ::open(with.out_file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    ::dup2(target, STDOUT_FILENO);
    ::dup2(with.terminal ? screen : err.write_end, STDERR_FILENO);
    if (with.reader_goes_away) ::close(out.read_end);
    become_program(path_, arguments, with);
  }
  ::close(input.read_end);
  ::close(out.write_end);
  ::close(err.write_end);
  terminal.close_slave();
  Outcome outcome;
  if (with.reader_goes_away) {
    ::close(out.read_end);
    out.read_end = -1;
  }
  if (with.terminal) {
    ::close(out.read_end);
    exchange(input.write_end, with.input, terminal.master, outcome.out, err.read_end, outcome.err);
  } else {
    exchange(input.write_end, with.input, out.read_end, outcome.out, err.read_end, outcome.err);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

std::string forwarding_record(int number, const std::string& rule_name) {
  const std::string tail = std::to_string(1000 + number).substr(1);
  return R"({"CreationTime":"2026-03-02T08:15:)" + tail.substr(1) +
         R"(","Id":"f0000000-0000-4000-8000-000000000)" + tail +
         R"(","Operation":"New-InboxRule","OrganizationId":"11111111-2222-4333-8444-555555555555","RecordType":1,)"
         R"("ResultStatus":"True","UserType":2,"Workload":"Exchange","ClientIP":"192.0.2.10:51822",)"
         R"("ObjectId":"aiko\\Invoices","UserId":"aiko)" +
         tail +
         R"(@contoso.example","Parameters":[{"Name":"ForwardTo",)"
         R"("Value":"collector@mailbox.test"},{"Name":"Name","Value":")" +
         rule_name + "\"}]}\n";
}

std::string harmless_record(int number) {
  const std::string tail = std::to_string(1000 + number).substr(1);
  return R"({"CreationTime":"2026-03-02T09:00:00","Id":"e0000000-0000-4000-8000-000000000)" + tail +
         R"(","Operation":"FileAccessed","OrganizationId":"11111111-2222-4333-8444-555555555555","RecordType":6,)"
         R"("UserType":0,"Workload":"SharePoint","UserId":"ben@contoso.example"})"
         "\n";
}

namespace {

std::vector<std::string> lines_of_kind(const std::string& ndjson, const std::string& kind) {
  std::vector<std::string> lines;
  std::istringstream stream(ndjson);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("{\"kind\":\"" + kind + '"')) lines.push_back(line);
  }
  return lines;
}

}  // namespace

std::vector<std::string> alert_lines(const std::string& ndjson) { return lines_of_kind(ndjson, "alert"); }
std::vector<std::string> incident_lines(const std::string& ndjson) {
  return lines_of_kind(ndjson, "incident");
}

const std::string kSmallRule = R"(/// Somebody made an inbox rule.
rule made_a_rule "Inbox rule made" {
  severity high
  attack T1137.005
  on audit where operation == "New-InboxRule"
  say "{user} made {inbox_rule.name}"
  show user, rule_name = inbox_rule.name
}

test made_a_rule {
  case "one is made" {
    at 0m audit { operation: "New-InboxRule", user: "aiko@contoso.example" }
    expect alert
  }
  case "one is read" {
    at 0m audit { operation: "Get-InboxRule", user: "aiko@contoso.example" }
    expect none
  }
}
)";

}  // namespace shrike_test
