// What daily work, honest situations and attacks share: the people, the logs, the calendar, and acts that
// consist of several records.
#pragma once

#include <string>
#include <vector>

#include "tests/tenant/labels.hpp"
#include "tests/tenant/people.hpp"
#include "tests/tenant/random.hpp"
#include "tests/tenant/records.hpp"

namespace shrike::tenant {

struct Stage {
  People& people;
  Logs& logs;
  Labels& labels;
  Random random;
  Moment start = 0;  ///< midnight UTC of the first day
  int days = 0;

  bool is_workday(int day) const;
  /// Midnight of the person's day, in UTC.
  Moment morning(const Person& who, int day) const;
  /// A moment in the person's working hours on a working day at or after `day`.
  Moment at_work(const Person& who, int day);
  /// A day for something that happens once: not among the first and the last.
  int some_day(int first, int spare_at_end);

  /// A sign-in with the user taking part: at times a wrong password first, the second factor asked for, the
  /// prompt to stay signed in, then the success. All in one attempt.
  void sign_in(Signin success);
  /// A browser session of its own, from there: its id. `told`: the audit log names it for certain.
  std::string browser_session(const Person& who, Moment time, const Spot& from, const App& app = kWebMail,
                              bool told = false);
  /// Background renewal of a session's tokens.
  Signin renewal(const Person& who, Moment time, const Spot& from, const std::string& session) const;

  MailAct mail(const Person& who, Moment time, const Spot& from, MailClient client,
               const std::string& session) const;
  Cmdlet cmdlet(const Person& by, Moment time, const Spot& from, std::string operation,
                std::string object) const;
  /// An inbox rule, made in web mail.
  Cmdlet inbox_rule(const Person& who, Moment time, const Spot& from, const std::string& session,
                    std::string name, std::vector<std::pair<std::string, std::string>> parameters) const;
  /// Consent to an application, for oneself or in everybody's name.
  Change consent(const Person& by, Moment time, const Spot& from, const std::string& app,
                 const std::string& name, const std::string& scopes, bool for_all);
};

extern const std::vector<std::string> kSubjects;
/// The user agent that programs of a device sign in with in the background.
std::string program_agent(const Device& device);

/// Everybody's ordinary day, the service's own changes, and the administrators' work.
void daily_work(Stage& stage, int day);
/// Gives everybody the sessions that the first day finds.
void open_sessions(Stage& stage);

/// Plants honest situations that look like attacks, each five times.
void plant_situations(Stage& stage);
/// Plants every attack in three variants, so many times.
void plant_attacks(Stage& stage, int times);
/// What the tenant's owner would fill in: lists of the standard library's settings.
std::string settings_text(const People& people);

}  // namespace shrike::tenant
