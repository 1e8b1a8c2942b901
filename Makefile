# Zhixing 知行. `make run` and `make test` are all that a newcomer needs; both fetch what they need.

GO      ?= go
DATA    ?= data
ADDR    ?= 127.0.0.1:8080
# PostgreSQL (throw-away cluster in the tests), a PDF reader, a browser, fonts, an XML validator, and other people's programs that our mails,
# calendars and signatures are held against: Debian's own packages. Node (whose packages bring npm, or leave it to Debian's) runs the message
# centre that SMPP is tried against.
DEBIAN  := postgresql poppler-utils chromium fonts-wqy-microhei fonts-noto-cjk libxml2-utils xmlsec1 python3-aiosmtpd python3-icalendar openssl mosquitto

export CGO_ENABLED = 0

.PHONY: run build test test-tools run-tools fuzz kills clocks load bench screenshots load-registers load-audience load-readings kills-readings bench-readings load-channel kills-channel kills-callup bench-gateways clean

run: run-tools build ## start on the embedded database with the demonstration county
	./zhixing demo --data $(DATA) --listen $(ADDR)

build:
	$(GO) build -trimpath -o zhixing ./cmd/zhixing

test: test-tools ## all tests, on SQLite and PostgreSQL, with a real browser
	ZHIXING_REQUIRE_POSTGRES=1 ZHIXING_REQUIRE_PEERS=1 $(GO) test -timeout 40m ./...

# Each tool is asked for by what it puts on the machine, so nothing is fetched twice.
test-tools:
	@./.ci/tools test $(DEBIAN) nodejs $$(command -v npm >/dev/null || echo npm)
	@./.ci/npm gateway/smpp/testdata/smsc

run-tools:
	@./.ci/tools run fonts-wqy-microhei

fuzz: ## every fuzz target for a while (FUZZTIME=60s)
	@./.ci/fuzz $(or $(FUZZTIME),60s)

kills: ## kill -9 while publishing and while carrying notices, 200 times
	ZHIXING_KILLS=200 $(GO) test -count=1 -timeout 60m -run Kill -v ./publication ./journal ./notice

clocks: ## the ledger's and the calls' clocks, with a million random cases; ten thousand cases that people do with what they like
	ZHIXING_CASES=1000000 $(GO) test -count=1 -timeout 60m -run 'Clocks|OneReport' -v ./ledger
	ZHIXING_CASES=10000 $(GO) test -count=1 -timeout 60m -run RandomWalks -v ./cases
	ZHIXING_CASES=1000000 $(GO) test -count=1 -timeout 60m -run 'Clocks|RandomRounds' -v ./callup

bench-gateways: ## encoding and submitting of short messages, to peers on the same machine
	$(GO) test -run '^$$' -bench . -benchmem ./gateway/sms ./gateway/cmpp ./gateway/smpp ./gateway/mas

bench: ## reader, search and page benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./gazette ./duty ./search ./edition ./web

# LEDGERS names databases to use and keep, such as "sqlite:/tmp/million.db postgres://…": the tests' own PostgreSQL stands in memory.
bench-ledger: ## a million duties of a hundred counties on both databases; 20 GB, some ten minutes a database to fill
	GOGC=400 ZHIXING_DUTIES=1000000 ZHIXING_LEDGERS="$(LEDGERS)" $(GO) test -run '^$$' -bench Ledger -timeout 6h -v ./ledger/corpus

load: build ## 2,000 document pages a second
	$(GO) run ./docs/load

load-reports: build ## 200 people report at once for a minute: to package ledger on both databases, then to the program
	ZHIXING_LOAD=60 ZHIXING_LEDGERS="$(LEDGERS)" $(GO) test -count=1 -run TwoHundred -v ./ledger/corpus
	$(GO) run ./docs/reports

load-registers: ## a million entries into a register, 50,000 plots, lists and maps of them, on both databases
	ZHIXING_LOAD_REGISTERS=$(or $(ENTRIES),1000000) $(GO) test -count=1 -timeout 60m -run 'TestLoad$$' -v ./register

load-audience: ## a million people who can be told: written, read into memory, counted in a surface of 200 corners, on both databases
	ZHIXING_LOAD_AUDIENCE=$(or $(RECIPIENTS),1000000) $(GO) test -count=1 -timeout 60m -run TestLoadAudience -v ./audience
	$(GO) test -run '^$$' -bench Count ./audience

load-readings: build ## 1,000 stations send 50,000 readings a second for half a minute, each judged (DB=postgres://… for an empty database)
	$(GO) run ./docs/readings -rate 10.5 -seconds 30 $(if $(DB),-db '$(DB)')

kills-readings: ## kill -9 while 40 stations send, 100 times on each database
	ZHIXING_KILLS=100 $(GO) test -count=1 -timeout 60m -run Kill -v ./device

load-channel: ## a warning to 226,800 telephones put and handed to a stub gateway, on both databases
	ZHIXING_LOAD_CHANNEL=$(or $(MESSAGES),226800) $(GO) test -count=1 -timeout 30m -run 'TestLoad$$' -v ./channel

kills-channel: ## kill -9 while warnings are handed over, and while the broker restarts, 100 times on each database
	ZHIXING_KILLS=100 $(GO) test -count=1 -timeout 60m -run Kill -v ./channel

kills-callup: ## kill -9 while people are called, 100 times on each database
	ZHIXING_KILLS=100 $(GO) test -count=1 -timeout 60m -run Kill -v ./callup

bench-readings: ## the writer, late readings, and reads among ten million readings on both databases
	ZHIXING_READINGS=10000000 $(GO) test -run '^$$' -bench . -timeout 2h -v ./observation

clean:
	rm -rf zhixing $(DATA)
