// synthetic_tenant --out FOLDER [--seed N] [--users N] [--days N] [--start YYYY-MM-DD] [--attacks N]
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "tests/tenant/people.hpp"
#include "tests/tenant/tenant.hpp"

int main(int argc, char** argv) {
  shrike::tenant::Options options;
  std::string folder, start = "2026-03-02";
  CLI::App app{"Writes the logs of an invented tenant, and what is planted in them"};
  app.add_option("--out", folder, "folder that gets audit/, entra/, labels.ndjson and settings.shrike")
      ->required();
  app.add_option("--seed", options.seed, "another seed, another tenant")->capture_default_str();
  app.add_option("--users", options.users)->check(CLI::Range(10, 1000000))->capture_default_str();
  app.add_option("--days", options.days)->check(CLI::Range(2, 365))->capture_default_str();
  app.add_option("--start", start, "first day")->capture_default_str();
  app.add_option("--attacks", options.attacks, "courses of every scenario in every variant")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  std::int64_t day = 0;
  while (day < 60000 && shrike::tenant::time_text(day * shrike::tenant::kDay).substr(0, 10) != start) ++day;
  if (day == 60000) return std::fprintf(stderr, "error: no day: %s\n", start.c_str()), 2;
  options.start = day * shrike::tenant::kDay;
  if (!shrike::tenant::generate(options, folder))
    return std::fprintf(stderr, "error: cannot write into %s\n", folder.c_str()), 2;
  return 0;
}
