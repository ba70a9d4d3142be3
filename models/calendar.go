package models

import (
	"slices"
	"time"
)

// Days are kept as YYYY-MM-DD, so that they can be compared as text. The
// functions below take days that are valid; "" gives "".

func parseDay(day string) time.Time {
	t, _ := time.Parse(time.DateOnly, day)
	return t
}

// AddDays returns the day that comes n days later.
func AddDays(day string, n int) string {
	if day == "" {
		return ""
	}
	return parseDay(day).AddDate(0, 0, n).Format(time.DateOnly)
}

// AddMonths returns the same day n months later, the last of the month where
// that month has no such day.
func AddMonths(day string, n int) string {
	if day == "" {
		return ""
	}
	t := parseDay(day)
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1).Format(time.DateOnly)
}

// WorkingDay reports whether a day is a working day in England: no Saturday, no
// Sunday and no bank holiday.
func WorkingDay(day string) bool {
	t := parseDay(day)
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && !slices.Contains(BankHolidays(t.Year()), day)
}

// AddWorkingDays returns the nth working day after a day.
func AddWorkingDays(day string, n int) string {
	for day != "" && n > 0 {
		if day = AddDays(day, 1); WorkingDay(day) {
			n--
		}
	}
	return day
}

// ClearWorkingDays returns how many working days lie between two days, neither
// of which counts.
func ClearWorkingDays(from, to string) (n int) {
	for day := AddDays(from, 1); day < to; day = AddDays(day, 1) {
		if WorkingDay(day) {
			n++
		}
	}
	return n
}

// ClearDays returns how many days of any kind lie between two days, neither of
// which counts.
func ClearDays(from, to string) int {
	return max(0, int(parseDay(to).Sub(parseDay(from)).Hours()/24)-1)
}

// BeforeClear returns the last working day from which n clear working days lie
// before a day.
func BeforeClear(day string, n int) string {
	from := AddDays(day, -1)
	for from != "" && (ClearWorkingDays(from, day) < n || !WorkingDay(from)) {
		from = AddDays(from, -1)
	}
	return from
}

// proclaimed are bank holidays in England that follow no rule: moved or added
// by proclamation. A moved one is the year's first day and the day in its place.
var proclaimed = map[int]struct{ without, with []string }{
	2020: {[]string{"2020-05-04"}, []string{"2020-05-08"}},                             // 75 years of peace in Europe
	2022: {[]string{"2022-05-30"}, []string{"2022-06-02", "2022-06-03", "2022-09-19"}}, // the Platinum Jubilee, a funeral
	2023: {nil, []string{"2023-05-08"}},                                                // a coronation
}

// BankHolidays returns the bank holidays of a year in England, in order: those of
// the Banking and Financial Dealings Act 1971, the common-law ones, and the days
// in place of those that fall on a weekend.
func BankHolidays(year int) []string {
	date := func(month time.Month, day int) time.Time { return time.Date(year, month, day, 0, 0, 0, 0, time.UTC) }
	monday := func(t time.Time, step int) time.Time {
		for t.Weekday() != time.Monday {
			t = t.AddDate(0, 0, step)
		}
		return t
	}
	easter := easterSunday(year)
	days := []time.Time{easter.AddDate(0, 0, -2), easter.AddDate(0, 0, 1),
		monday(date(time.May, 1), 1), monday(date(time.May, 31), -1), monday(date(time.August, 31), -1)}
	for _, t := range []time.Time{date(time.January, 1), date(time.December, 25), date(time.December, 26)} {
		for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday || slices.Contains(days, t) {
			t = t.AddDate(0, 0, 1)
		}
		days = append(days, t)
	}
	special := proclaimed[year]
	list := slices.Clone(special.with)
	for _, t := range days {
		if day := t.Format(time.DateOnly); !slices.Contains(special.without, day) {
			list = append(list, day)
		}
	}
	slices.Sort(list)
	return list
}

// easterSunday is the date of Easter in the Gregorian calendar (Meeus, Jones and
// Butcher).
func easterSunday(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return time.Date(year, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC)
}
