# make check   everything that must be clean before a change lands
# make fuzz    what strangers send, at random, half a minute for each reader of it
# make bench   the measurements behind the figures in the README; with
#              TEXTS=FOLDER also themes on the coded text in that folder, and with
#              N=100000 the backup, the report and the desk of so many answers
# make e2e     the journeys in a real browser; needs Node 20 or later and Chromium
# make crash   the program killed 200 times while people answer, on both databases;
#              needs PostgreSQL's programs, and half an hour
# make upgrade a newer version of the program takes the place of an older one while
#              people answer; needs HEARD_TEST_POSTGRES_URL
# make log     1,000 receipts and 1,000 tamperings of the public log, with both
#              verifiers; needs Node 20 or later, and a few minutes
# make flood   1,000 junk requests a second for a minute beside people who answer
# make files   10,000 hostile files and 500 marks of who made a file, each file in a
#              process of its own; ten minutes
# make canaries  marks sent through every route, looked for in every file and table;
#              needs HEARD_TEST_POSTGRES_URL for PostgreSQL
# make attack  everything that is published, searched, taken away and logged, attacked
#              together: the demonstration and twenty populations at random
# make sbom    what the program is made of, as CycloneDX, in bin/sbom.json
# make reproducible  builds twice, from two copies and nothing kept, and compares
# make secrets looks for keys and passwords in what is committed
# make screens pictures of every page, into docs/screens
.PHONY: check staticcheck vulncheck test race fuzz bench crash upgrade log flood files canaries attack sbom reproducible secrets e2e screens build

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
CYCLONEDX = github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
GITLEAKS = github.com/zricethezav/gitleaks/v8@v8.30.1
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
	go run . bench backup $(if $(N),--n $(N))
	go run . bench desk $(if $(N),--n $(N))
	go run . bench search$(if $(TEXTS), --data $(TEXTS))
	go run . bench themes
	go run . bench report $(if $(N),--n $(N))
	go run . bench redact $(if $(TEXTS),--data $(TEXTS))
	$(if $(TEXTS),go run . bench themes --data $(TEXTS))

crash: build
	HEARD_TEST_CRASH=200 HEARD_TEST_BINARY=$(CURDIR)/bin/heard go test -count=1 -timeout 90m -v -run '^TestCrash$$' ./app

# The newer program is this one with another change of the tables.
upgrade: build
	@echo '-- +goose Up' > bin/next.sql; echo 'CREATE TABLE newer (n int);' >> bin/next.sql
	@echo '{"Replace": {"$(CURDIR)/models/store/migrations/postgres/9999_next.sql": "$(CURDIR)/bin/next.sql"}}' > bin/overlay.json
	go build -overlay bin/overlay.json -trimpath -o bin/heard-next .
	HEARD_TEST_BINARY=$(CURDIR)/bin/heard HEARD_TEST_NEXT=$(CURDIR)/bin/heard-next go test -count=1 -timeout 10m -v -run '^TestNewerVersionBeside$$' ./app

log:
	HEARD_TEST_LOG=1000 HEARD_TEST_REQUIRE=node go test -count=1 -timeout 60m -v -run '^TestEveryReceiptAndEveryTampering$$' ./app/consult

flood: build
	HEARD_TEST_FLOOD=60 HEARD_TEST_BINARY=$(CURDIR)/bin/heard go test -count=1 -timeout 10m -v -run '^TestFlood$$' ./app

canaries: build
	HEARD_TEST_CANARIES=yes HEARD_TEST_BINARY=$(CURDIR)/bin/heard go test -count=1 -timeout 20m -v -run '^TestCanaries$$' ./app
	go test -count=1 -timeout 20m -v -run '^TestNothingAboutThePerson$$' ./app/web

attack:
	HEARD_TEST_ATTACK=yes go test -count=1 -timeout 60m -v -run '^TestAttackedTogether$$' ./app/consult
	go test -count=1 -timeout 20m -v -run '^TestAStrangerRecoversNothing$$' ./app

files:
	HEARD_TEST_FILES=10000 go test -count=1 -timeout 60m -v -run '^Test(HostileFiles|MetadataCanaries|Confined|Worker)$$' ./app/evidence

e2e: app/e2e/node_modules
	go test -count=1 -timeout 60m -v -tags browser $(if $(JOURNEYS),-run 'TestJourneys/($(JOURNEYS))$$') ./app/e2e/

screens: app/e2e/node_modules
	go test -count=1 -timeout 20m -tags browser ./app/e2e/ -screens $(CURDIR)/docs/screens

app/e2e/node_modules: app/e2e/package.json app/e2e/package-lock.json
	cd app/e2e && npm ci --ignore-scripts
	@touch $@

build:
	go build -trimpath -ldflags="-s -w" -o bin/heard .

sbom: build
	go run $(CYCLONEDX) bin -json -output bin/sbom.json bin/heard
	@echo "$$(grep -c '"purl"' bin/sbom.json) modules of $$(go version -m bin/heard | grep -c '	dep	') and the program itself in bin/sbom.json"

# Each copy has its own folder and its own cache of what was built before.
reproducible:
	@set -e; dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; \
	for n in one another/place; do \
		git clone -q . "$$dir/$$n/heard"; \
		(cd "$$dir/$$n/heard" && GOCACHE="$$dir/$$n/cache" GOFLAGS= go build -trimpath -ldflags="-s -w" -o "$$dir/$$n/bin" .); \
		sha256sum < "$$dir/$$n/bin"; \
	done; cmp "$$dir/one/bin" "$$dir/another/place/bin" && echo "the two are the same"

secrets:
	go run $(GITLEAKS) git --no-banner --redact .
