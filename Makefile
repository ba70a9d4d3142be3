# make check   everything that must be clean before a change lands
# make fuzz    what strangers send, at random, half a minute for each reader of it
# make bench   the measurements behind the figures in the README; with
#              TEXTS=FOLDER also themes on the coded text in that folder
# make e2e     the journeys in a real browser; needs Node 20 or later and Chromium
# make crash   the program killed 200 times while people answer, on both databases;
#              needs PostgreSQL's programs, and half an hour
# make screens pictures of every page, into docs/screens
.PHONY: check staticcheck vulncheck test race fuzz bench crash e2e screens build

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.9.0

export CGO_ENABLED ?= 0

check:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt -w on these files"; exit 1; }
	go vet ./...
	$(MAKE) --no-print-directory staticcheck
	$(MAKE) --no-print-directory vulncheck
	go mod verify
	go mod tidy -diff
	go test ./...

staticcheck:
	go run $(STATICCHECK) ./...

# The list of known vulnerabilities is fetched at each run; where it cannot be
# reached this says so and goes on.
vulncheck:
	@out=$$(go run $(GOVULNCHECK) $(if $(VULNDB),-db $(VULNDB)) ./... 2>&1); code=$$?; \
	case "$$out" in \
	*"fetching vulnerabilities"*|*"no such host"*|*"connection refused"*|*"dial tcp"*|*Forbidden*|*"403"*) echo "SKIPPED: the list of known vulnerabilities cannot be reached from here" ;; \
	*) echo "$$out"; exit $$code ;; \
	esac

test:
	go test ./...

race:
	CGO_ENABLED=1 go test -race ./...

FUZZ = ./app/web ./app/evidence ./app/theme
FUZZTIME = 30s
fuzz:
	@set -e; for package in $(FUZZ); do for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
		go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; done; done

bench:
	go run . bench intake
	go run . bench backup
	go run . bench search$(if $(TEXTS), --data $(TEXTS))
	go run . bench themes
	go run . bench report
	go run . bench redact $(if $(TEXTS),--data $(TEXTS))
	$(if $(TEXTS),go run . bench themes --data $(TEXTS))

crash: build
	HEARD_TEST_CRASH=200 HEARD_TEST_BINARY=$(CURDIR)/bin/heard go test -count=1 -timeout 90m -v -run '^TestCrash$$' ./app

e2e: app/e2e/node_modules
	go test -count=1 -timeout 60m -v -tags browser $(if $(JOURNEYS),-run 'TestJourneys/($(JOURNEYS))$$') ./app/e2e/

screens: app/e2e/node_modules
	go test -count=1 -timeout 20m -tags browser ./app/e2e/ -screens $(CURDIR)/docs/screens

app/e2e/node_modules: app/e2e/package.json app/e2e/package-lock.json
	cd app/e2e && npm ci
	@touch $@

build:
	go build -trimpath -ldflags="-s -w" -o bin/heard .
