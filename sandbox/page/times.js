// Writes moments as Slack does: in the reader's time zone and language.

const DAY = 86_400_000;
const NEAR = 1; // days that have a name: yesterday, today, tomorrow

function midnight(moment) {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
}

function day(moment, language, style, named) {
  const away = Math.round((midnight(moment) - midnight(new Date())) / DAY);
  if (named && Math.abs(away) <= NEAR) {
    return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(away, "day");
  }
  return moment.toLocaleDateString(language, style);
}

const LONG = { weekday: "long", year: "numeric", month: "long", day: "numeric" };
const MEDIUM = { month: "long", day: "numeric" };
const SHORT = { year: "numeric", month: "short", day: "numeric" };
const MINUTES = { hour: "numeric", minute: "2-digit" };
const SECONDS = { ...MINUTES, second: "2-digit" };

// docs.slack.dev/messaging/formatting-message-text#date-formatting
const FORMS = {
  date_num: (moment) => moment.toLocaleDateString("sv"),
  date: (moment, language) => day(moment, language, MEDIUM, false),
  date_short: (moment, language) => day(moment, language, SHORT, false),
  date_long: (moment, language) => day(moment, language, LONG, false),
  date_pretty: (moment, language) => day(moment, language, MEDIUM, true),
  date_short_pretty: (moment, language) => day(moment, language, SHORT, true),
  date_long_pretty: (moment, language) => day(moment, language, LONG, true),
  time: (moment, language) => moment.toLocaleTimeString(language, MINUTES),
  time_secs: (moment, language) => moment.toLocaleTimeString(language, SECONDS),
};

export function timeText(moment, language, form = "{time}") {
  return form.replace(/\{(\w+)\}/g, (whole, name) => FORMS[name]?.(moment, language) ?? whole);
}

export function localize(element, language) {
  for (const time of element.querySelectorAll("time[data-form]")) {
    const moment = new Date(time.dateTime);
    time.textContent = timeText(moment, language, time.dataset.form);
    time.title = timeText(moment, language, "{date_long} {time_secs}");
  }
}
