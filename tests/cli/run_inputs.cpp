// What `shrike run` takes: inputs, rules, settings, and what it ends with.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <string>

#include "tests/cli/program_run.hpp"

using shrike_test::Folder;
using shrike_test::forwarding_record;
using shrike_test::harmless_record;
using shrike_test::has_terminals;
using shrike_test::kSmallRule;
using shrike_test::RunWith;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t alerts_in(const std::string& ndjson) { return shrike_test::alert_lines(ndjson).size(); }

std::string gzip(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string in = text;
  std::string out(text.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

const std::vector<std::string> kForward{"run", "--format", "ndjson", "--only", "rule_external_forward"};

std::vector<std::string> forward(std::initializer_list<std::string> more) {
  auto all = kForward;
  all.insert(all.end(), more);
  return all;
}

}  // namespace

TEST_CASE("folders, gzip and several inputs are one run") {
  const Folder folder;
  folder.add("logs/a.json", forwarding_record(1));
  folder.add("logs/deep/b.json.gz", gzip(forwarding_record(2)));
  folder.add("c.json", forwarding_record(3) + forwarding_record(1));
  const auto result = folder.shrike(forward({"logs", "c.json"}));
  CHECK(result.code == 0);
  CHECK(alerts_in(result.out) == 3);  // the repeated record counts once
}

TEST_CASE("an input that is not there is named, with the nearest file, and the others are read") {
  const Folder folder;
  folder.add("audit.json", forwarding_record(1));
  const auto result = folder.shrike(forward({"audti.json", "audit.json"}));
  CHECK(result.code == 3);
  CHECK(alerts_in(result.out) == 1);
  CHECK(contains(result.err, "there is no 'audti.json'; did you mean `audit.json`?"));
}

TEST_CASE("a cut off gzip file is told, what came before it is judged") {
  const Folder folder;
  std::string records;
  for (int i = 0; i < 50; ++i) records += forwarding_record(i);
  const std::string packed = gzip(records);
  folder.add("a.json.gz", packed.substr(0, packed.size() - 10));
  const auto result = folder.shrike(forward({"a.json.gz"}));
  CHECK(result.code == 3);
  CHECK(alerts_in(result.out) > 0);
  CHECK(contains(result.err, "bad_compression"));
}

TEST_CASE("--fail-on gives 1 from that severity on") {
  const Folder folder;
  folder.add("a.json", forwarding_record(1));
  folder.add("bad.json", forwarding_record(1) + "nonsense\n");
  CHECK(folder.shrike(forward({"--fail-on", "high", "a.json"})).code == 1);
  CHECK(folder.shrike(forward({"--fail-on", "critical", "a.json"})).code == 0);
  CHECK(folder.shrike(forward({"--fail-on", "medium", "bad.json"})).code == 1);
  CHECK(folder.shrike(forward({"--fail-on", "critical", "bad.json"})).code == 3);
}

TEST_CASE("wrong usage ends with 2 and says what was meant") {
  const Folder folder;
  folder.add("a.json", forwarding_record(1));
  folder.add("made.shrike", kSmallRule);
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"run", "--reject", "x", "a.json"}, "did you mean `--rejects`?"},
      {{"run", "--fromat=ndjson", "a.json"}, "did you mean `--format`?"},
      {{"rnu", "a.json"}, "did you mean `run`?"},
      {{"a.json"}, "did you mean `shrike run a.json`?"},
      {{"run", "--format", "ndjsn", "a.json"}, "did you mean `ndjson`?"},
      {{"run", "--format", "osf", "a.json"}, "did you mean `ocsf`?"},
      {{"run", "--report", "a.json", "a.json"}, "would be read in this run"},
      {{"run", "--report", "-", "a.json"}, "--report needs a file of its own"},
      {{"run", "--report", "x", "--output", "x", "a.json"}, "--report needs a file of its own"},
      {{"run", "--report", "./x", "--output", "x", "a.json"}, "--report needs a file of its own"},
      {{"run", "--state", "x", "--output", "x", "a.json"}, "--state needs a file of its own"},
      {{"run", "--rules", "made.shrike", "--report", "made.shrike", "a.json"}, "would be read in this run"},
      {{"run", "--fail-on", "hihg", "a.json"}, "did you mean `high`?"},
      {{"run", "--decide", "late", "a.json"}, "--decide takes early, final"},
      {{"run", "--stats=xml", "a.json"}, "--stats takes text, json"},
      {{"run", "--memory", "lots", "a.json"}, "a size such as 512M"},
      {{"run", "--memory", "1k", "a.json"}, "at least 1M"},
      {{"run", "--only", "rule_external_foward", "a.json"}, "did you mean `rule_external_forward`?"},
      {{"run", "--rules", "mode.shrike", "a.json"}, "did you mean `made.shrike`?"},
      {{"run", "--rules", "a.json", "a.json"}, "their names end in .shrike"},
      {{"run", "made.shrike"}, "give it with --rules"},
      {{"run", "--output", "a.json", "a.json"}, "would be read in this run"},
      {{"run", "--rejects", "out.json", "."}, "would be read in this run"},
      {{"run", "--rules", "made.shrike", "--settings", "none.shrike", "a.json"}, "there is no 'none.shrike'"},
      {{"run", "--output"}, "--output"},
  };
  for (const auto& [arguments, text] : cases) {
    const auto result = folder.shrike(arguments);
    CHECK_MESSAGE(result.code == 2, text);
    CHECK_MESSAGE(contains(result.err, text), result.err);
    CHECK_MESSAGE(result.out == "", text);
  }
  CHECK(folder.read("a.json") == forwarding_record(1));
}

TEST_CASE("no input at a terminal is a hint, not a wait") {
  if (!has_terminals()) return;
  const Folder folder;
  RunWith at_terminal;
  at_terminal.input_is_terminal = true;
  const auto result = folder.shrike({"run"}, at_terminal);
  CHECK(result.code == 2);
  CHECK(contains(result.err, "no input: name files or folders of logs"));
}

TEST_CASE("rules that do not compile end with 2 and show every mistake") {
  const Folder folder;
  folder.add("bad.shrike", "rule a \"A\" {\n  severity hgih\n  on audit where operatoin == \"x\"\n}\n");
  folder.add("a.json", forwarding_record(1));
  const auto result = folder.shrike({"run", "--rules", "bad.shrike", "a.json"});
  CHECK(result.code == 2);
  CHECK(result.out == "");
  CHECK(contains(result.err, "bad.shrike"));
  CHECK(contains(result.err, "the rules do not compile"));
}

TEST_CASE("a state file makes daily exports one run") {
  const Folder folder;
  folder.add(
      "burst.shrike",
      "rule burst \"Burst\" {\n  severity low\n  attack T1114.003\n  on audit where operation == "
      "\"New-InboxRule\"\n  each operation within 1h\n  when count() >= 2\n  say \"{count()} rules\"\n}\n");
  folder.add("1.json", forwarding_record(1));
  folder.add("2.json", forwarding_record(2));
  const auto together = folder.shrike({"run", "--rules", "burst.shrike", "1.json", "2.json"});
  CHECK(contains(together.out, "2 rules"));
  const auto first = folder.shrike({"run", "--rules", "burst.shrike", "--state", "kept", "1.json"});
  CHECK(first.code == 0);
  CHECK_FALSE(contains(first.out, "2 rules"));
  CHECK(folder.has("kept"));
  const auto second = folder.shrike({"run", "--rules", "burst.shrike", "--state", "kept", "2.json"});
  CHECK(second.code == 0);
  CHECK(contains(second.out, "2 rules"));
  folder.add("kept", "no state");
  const auto damaged = folder.shrike({"run", "--rules", "burst.shrike", "--state", "kept", "2.json"});
  CHECK(damaged.code == 2);
  CHECK(contains(damaged.err, "this is no state of Shrike"));
}

TEST_CASE("the state is kept although the report cannot be written") {
  const Folder folder;
  folder.add("small.shrike", kSmallRule);
  folder.add("1.json", forwarding_record(1));
  const auto result = folder.shrike(
      {"run", "--rules", "small.shrike", "--state", "kept", "--report", "no/such/folder.html", "1.json"});
  CHECK(result.code == 5);
  CHECK(folder.has("kept"));
}

TEST_CASE("events of no tenant beside those of one are told") {
  const Folder folder;
  folder.add(
      "both.shrike",
      "class login \"Logins\" {\n  id: string\n  time: time\n  tenant: string\n  user: string\n}\n"
      "source logins: login {\n  accept has raw.user\n  id = text(raw.id)\n  time = time(raw.time)\n"
      "  tenant = text(raw.tenant)\n  user = text(raw.user)\n}\n"
      "rule twice \"Twice\" {\n  severity low\n  on login\n  each user within 1h\n  when count() >= 2\n"
      "  say \"{user}\"\n}\n");
  folder.add("named.json", R"({"id":"1","time":"2026-03-04T09:00:00Z","tenant":"contoso","user":"ann"})");
  folder.add("nameless.json", R"({"id":"2","time":"2026-03-04T09:10:00Z","user":"ann"})");
  const auto apart = folder.shrike({"run", "--rules", "both.shrike", "named.json", "nameless.json"});
  CHECK(contains(apart.out, "No alerts"));
  CHECK(contains(apart.err, "no tenant is named by 1 event,"));
  const auto together =
      folder.shrike({"run", "--rules", "both.shrike", "--tenant", "contoso", "named.json", "nameless.json"});
  CHECK(contains(together.out, "Twice"));
  CHECK_FALSE(contains(together.err, "no tenant"));
  const auto wrong =
      folder.shrike({"run", "--rules", "both.shrike", "--tenant", "fabrikam", "named.json", "nameless.json"});
  CHECK(contains(wrong.err, "those of tenant contoso; --tenant contoso says"));
  const auto alone = folder.shrike({"run", "--rules", "both.shrike", "nameless.json"});
  CHECK_FALSE(contains(alone.err, "no tenant"));
}

TEST_CASE("settings and exceptions hold for the standard library") {
  const Folder folder;
  folder.add("a.json", forwarding_record(1));
  folder.add("contoso.shrike",
             "except rule_external_forward \"Ticket system\" {\n  where user == "
             "\"aiko001@contoso.example\"\n  drop\n"
             "  owner \"soc@contoso.example\"\n  until 2999-01-31\n}\n");
  CHECK(alerts_in(folder.shrike(forward({"a.json"})).out) == 1);
  CHECK(alerts_in(folder.shrike(forward({"--settings", "contoso.shrike", "a.json"})).out) == 0);
}

TEST_CASE("an exception that is past its end does nothing, and that is said and counted") {
  const Folder folder;
  folder.add("a.json", forwarding_record(1) + forwarding_record(2));
  folder.add("past.shrike",
             "except rule_external_forward \"Ticket system\" {\n  where user == \"aiko001@contoso.example\"\n"
             "  drop\n  owner \"soc@contoso.example\"\n  until 2026-03-01\n}\n"
             "except rule_external_forward \"Somebody else\" {\n  where user == \"ben@contoso.example\"\n"
             "  drop\n  owner \"soc@contoso.example\"\n  until 2026-03-01\n}\n");
  const auto result = folder.shrike(forward({"--settings", "past.shrike", "--stats=json", "a.json"}));
  CHECK(result.code == 0);
  CHECK(alerts_in(result.out) == 2);
  CHECK(contains(result.err, "the exception \"Ticket system\" is past its end: 1 firing would have met it"));
  CHECK_FALSE(contains(result.err, "Somebody else"));
  CHECK(contains(result.err, "\"met_expired\":{\"Ticket system\":1}"));
}

TEST_CASE("pipes in a folder are passed over, and that is said") {
  const Folder folder;
  folder.add("logs/a.json", forwarding_record(1));
  REQUIRE(::mkfifo((folder.path() + "/logs/pipe").c_str(), 0600) == 0);
  REQUIRE(::mkfifo((folder.path() + "/logs/zipe").c_str(), 0600) == 0);
  const auto result = folder.shrike(forward({"logs"}));
  CHECK(result.code == 0);
  CHECK(alerts_in(result.out) == 1);
  CHECK(contains(result.err, "'logs/pipe' is no regular file and was passed over"));
  CHECK(contains(result.err, "2 files in all were passed over"));
}

TEST_CASE("compiled rules give the same alerts as their text") {
  const Folder folder;
  folder.add("a.json", forwarding_record(1) + harmless_record(1) + forwarding_record(2));
  folder.add("made.shrike", kSmallRule);
  REQUIRE(folder.shrike({"compile", "made.shrike", "-o", "made.shrikec"}).code == 0);
  REQUIRE(folder.shrike({"compile", "-o", "all.shrikec"}).code == 0);
  const std::vector<std::string> text{"run", "--format", "ndjson", "a.json"};
  CHECK(folder.shrike({"run", "--format", "ndjson", "--rules", "made.shrike", "a.json"}).out ==
        folder.shrike({"run", "--format", "ndjson", "--rules", "made.shrikec", "a.json"}).out);
  CHECK(folder.shrike(text).out ==
        folder.shrike({"run", "--format", "ndjson", "--rules", "all.shrikec", "a.json"}).out);
  CHECK(alerts_in(folder.shrike(forward({"--rules", "all.shrikec", "a.json"})).out) == 2);

  const auto with_settings =
      folder.shrike({"run", "--rules", "made.shrikec", "--settings", "made.shrike", "a.json"});
  CHECK(with_settings.code == 2);
  CHECK(contains(with_settings.err, "compile the settings in"));
  const auto two = folder.shrike({"run", "--rules", "made.shrikec", "--rules", "made.shrike", "a.json"});
  CHECK(two.code == 2);
  CHECK(contains(two.err, "whole rule set"));

  std::string bytes = folder.read("made.shrikec");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  folder.add("damaged.shrikec", bytes);
  const auto damaged = folder.shrike({"run", "--rules", "damaged.shrikec", "a.json"});
  CHECK(damaged.code == 2);
  CHECK(contains(damaged.err, "'damaged.shrikec' cannot be used"));
}

TEST_CASE("a reader that goes away ends the run quietly, a full disk with 5") {
  const Folder folder;
  std::string records;
  for (int i = 0; i < 1000; ++i) records += forwarding_record(i);
  folder.add("a.json", records);
  RunWith alone;
  alone.reader_goes_away = true;
  for (const char* const when : {"early", "final"}) {
    const auto gone = folder.shrike({"run", "--format", "ndjson", "--decide", when, "a.json"}, alone);
    CHECK(gone.code == 141);
    CHECK(gone.err == "");
  }
  RunWith full;
  full.out_file = "/dev/full";
  const auto result = folder.shrike({"run", "a.json"}, full);
  CHECK(result.code == 5);
  CHECK(contains(result.err, "cannot write standard output: No space left on device"));
  CHECK(folder.shrike({"run", "--output", "no/such/folder/x", "a.json"}).code == 5);
}

TEST_CASE("little memory for waiting alerts changes nothing") {
  const Folder folder;
  std::string records;
  for (int i = 0; i < 1000; ++i) records += forwarding_record(i);
  folder.add("a.json", records + records);
  CHECK(folder.shrike(forward({"a.json"})).out == folder.shrike(forward({"--memory", "1M", "a.json"})).out);
}
