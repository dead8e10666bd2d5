#include "index/docs_sqlite.hpp"

#include <sqlite3.h>

namespace plim::index {
namespace {

constexpr int patience_ms = 1000;

std::unexpected<Error> failure(sqlite3* database, std::string_view step) {
  return fail(Errc::io, "{}: {}", step, sqlite3_errmsg(database));
}

// A path as an URI: what has a meaning there is written in hexadecimal.
std::string uri_of(const std::filesystem::path& file) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string uri = "file:";
  for (const char c : file.string()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = c != '%' && c != '?' && c != '#' && byte > ' ' && byte < 0x7F;
    if (plain) {
      uri += c;
    } else {
      uri += '%';
      uri += digits[byte >> 4U];
      uri += digits[byte & 15U];
    }
  }
  return uri;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

Statement& Statement::bind(int parameter, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(int parameter, std::int64_t number) {
  sqlite3_bind_int64(statement_.get(), parameter, number);
  return *this;
}

Result<bool> Statement::step() {
  const int state = sqlite3_step(statement_.get());
  if (state == SQLITE_ROW) return true;
  if (state == SQLITE_DONE) return false;
  return failure(sqlite3_db_handle(statement_.get()), "reading documentation's index");
}

Result<void> Statement::run() {
  while (TRY(step())) {
  }
  sqlite3_reset(statement_.get());
  return {};
}

std::string Statement::text(int column) const {
  const auto* const bytes = sqlite3_column_blob(statement_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return bytes == nullptr ? "" : std::string(static_cast<const char*>(bytes), size);
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

Result<Database> Database::open(const std::string& name, int flags) {
  sqlite3* opened = nullptr;
  const int state = sqlite3_open_v2(name.c_str(), &opened, flags, nullptr);
  Database database(opened);
  if (state != SQLITE_OK) return failure(opened, "opening " + name);
  sqlite3_busy_timeout(opened, patience_ms);
  return database;
}

Result<Database> Database::open(const std::filesystem::path& file) {
  return open(file.empty() ? ":memory:" : file.string(),
              SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX);
}

Result<Database> Database::open_foreign(const std::filesystem::path& file) {
  auto database = TRY(open(uri_of(file) + "?mode=ro&immutable=1",
                           SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX));
  // Source: sqlite.org/security.html, "Untrusted SQLite Database Files".
  sqlite3_db_config(database.database_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  TRY(database.run("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON"));
  return database;
}

Result<void> Database::run(const char* sql) {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failure(database_.get(), "documentation's index");
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int state = sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                       &statement, nullptr);
  if (state != SQLITE_OK) return failure(database_.get(), "asking documentation's index");
  return Statement(statement);
}

}  // namespace plim::index
