-- +goose Up

-- What is not public: drafts, and what was taken back. No public page, feed or dump reads these tables.

-- A draft is a manuscript as it came in. What people did to it stands in draft_step; state, revision and subject
-- say where those steps have led and are kept here for lists.
CREATE TABLE draft (
	county     {{.Text}} NOT NULL,
	id         bigint NOT NULL,
	state      {{.Text}} NOT NULL,
	revision   bigint NOT NULL,
	subject    text NOT NULL,
	corrects   {{.Text}} NOT NULL,
	filename   text NOT NULL,
	raw        {{.Blob}} NOT NULL,
	raw_sha256 {{.Text}} NOT NULL,
	source     text NOT NULL,
	author     text NOT NULL,
	created_at bigint NOT NULL,
	changed_at bigint NOT NULL,
	published_as {{.Text}} NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX draft_by_state ON draft (county, state, changed_at);
CREATE INDEX draft_by_corrects ON draft (county, corrects);
CREATE INDEX draft_by_published_as ON draft (county, published_as);

-- One thing done to a draft. n is the draft's revision after it, so two people cannot take the same step.
CREATE TABLE draft_step (
	county  {{.Text}} NOT NULL,
	draft   bigint NOT NULL,
	n       bigint NOT NULL,
	what    {{.Text}} NOT NULL,
	actor   text NOT NULL,
	done_at bigint NOT NULL,
	data    text NOT NULL,
	PRIMARY KEY (county, draft, n)
);
{{.AppendOnly "draft_step"}}

-- Files given to a draft, public or not.
CREATE TABLE draft_file (
	county     {{.Text}} NOT NULL,
	draft      bigint NOT NULL,
	sha256     {{.Text}} NOT NULL,
	media_type text NOT NULL,
	bytes      {{.Blob}} NOT NULL,
	PRIMARY KEY (county, draft, sha256)
);

-- Files of withdrawn versions, their text among them, moved here out of the public tables.
CREATE TABLE withdrawn_file (
	county       {{.Text}} NOT NULL,
	doc          {{.Text}} NOT NULL,
	version      bigint NOT NULL,
	name         {{.Text}} NOT NULL,
	title        text NOT NULL,
	media_type   text NOT NULL,
	sha256       {{.Text}} NOT NULL,
	bytes        {{.Blob}} NOT NULL,
	withdrawn_at bigint NOT NULL,
	PRIMARY KEY (county, doc, version, name)
);
{{.AppendOnly "withdrawn_file"}}

-- What is public, and nothing else.

CREATE TABLE issue (
	county       {{.Text}} NOT NULL,
	year         bigint NOT NULL,
	n            bigint NOT NULL,
	total_n      bigint NOT NULL,
	title        text NOT NULL,
	publish_date {{.Text}} NOT NULL,
	organiser    text NOT NULL,
	address      text NOT NULL,
	tel          text NOT NULL,
	postcode     text NOT NULL,
	website      text NOT NULL,
	recorded_at  bigint NOT NULL,
	PRIMARY KEY (county, year, n)
);

-- A document as its newest version has it. ordinal counts the documents of a county in the order of their first
-- publication. title_key is the title in the form in which citations are compared.
CREATE TABLE document (
	county       {{.Text}} NOT NULL,
	doc          {{.Text}} NOT NULL,
	ordinal      bigint NOT NULL,
	issue_year   bigint NOT NULL,
	issue_n      bigint NOT NULL,
	seq          bigint NOT NULL,
	number       {{.Text}} NOT NULL,
	agency       {{.Text}} NOT NULL,
	title        {{.Text}} NOT NULL,
	title_key    {{.Text}} NOT NULL,
	issuer       {{.Text}} NOT NULL,
	kind         {{.Text}} NOT NULL,
	signed_on    {{.Text}} NOT NULL,
	version      bigint NOT NULL,
	holds_from   {{.Text}} NOT NULL,
	recorded_at  bigint NOT NULL,
	first_at     bigint NOT NULL,
	withdrawn    boolean NOT NULL,
	PRIMARY KEY (county, doc),
	UNIQUE (county, ordinal),
	UNIQUE (county, issue_year, issue_n, seq)
);
CREATE INDEX document_by_day ON document (county, signed_on, ordinal);
CREATE INDEX document_by_title ON document (county, title_key);
CREATE INDEX document_by_issuer ON document (county, issuer, signed_on);

-- One dated record of a document: published, corrected or withdrawn. manifest is the leaf that stands at this index of
-- the transparency log. removed says that the version's files went when the document was withdrawn.
CREATE TABLE document_version (
	county      {{.Text}} NOT NULL,
	doc         {{.Text}} NOT NULL,
	version     bigint NOT NULL,
	record      {{.Text}} NOT NULL,
	holds_from  {{.Text}} NOT NULL,
	recorded_at bigint NOT NULL,
	note        text NOT NULL,
	basis       text NOT NULL,
	leaf        bigint NOT NULL,
	manifest    text NOT NULL,
	removed     boolean NOT NULL,
	PRIMARY KEY (county, doc, version)
);

-- Editions (format set) and public attachments (format empty, no set) of a version. The edition json is the canonical
-- form, from which everything on the page is made.
CREATE TABLE published_file (
	county     {{.Text}} NOT NULL,
	doc        {{.Text}} NOT NULL,
	version    bigint NOT NULL,
	name       {{.Text}} NOT NULL,
	ord        bigint NOT NULL,
	format     {{.Text}} NOT NULL,
	no         bigint NOT NULL,
	title      text NOT NULL,
	media_type text NOT NULL,
	size       bigint NOT NULL,
	sha256     {{.Text}} NOT NULL,
	bytes      {{.Blob}} NOT NULL,
	PRIMARY KEY (county, doc, version, name)
);

-- Indexes into the text of a version, made when it is published and dropped when it is withdrawn.

CREATE TABLE citation (
	county      {{.Text}} NOT NULL,
	doc         {{.Text}} NOT NULL,
	version     bigint NOT NULL,
	n           bigint NOT NULL,
	cited       {{.Text}} NOT NULL,
	number      {{.Text}} NOT NULL,
	title       {{.Text}} NOT NULL,
	title_key   {{.Text}} NOT NULL,
	level       {{.Text}} NOT NULL,
	implements  boolean NOT NULL,
	effect      {{.Text}} NOT NULL,
	path        {{.Text}} NOT NULL,
	PRIMARY KEY (county, doc, version, n)
);
CREATE INDEX citation_of ON citation (county, cited);
CREATE INDEX citation_of_title ON citation (county, title_key);

CREATE TABLE published_duty (
	county  {{.Text}} NOT NULL,
	doc     {{.Text}} NOT NULL,
	version bigint NOT NULL,
	n       bigint NOT NULL,
	clause  {{.Text}} NOT NULL,
	plan    text NOT NULL,
	title   text NOT NULL,
	proposed boolean NOT NULL,
	data    text NOT NULL,
	PRIMARY KEY (county, doc, version, n)
);

-- A unit named in a version: of a duty where duty is its n, of the document where duty is 0.
CREATE TABLE mention (
	county  {{.Text}} NOT NULL,
	doc     {{.Text}} NOT NULL,
	version bigint NOT NULL,
	unit    {{.Text}} NOT NULL,
	role    {{.Text}} NOT NULL,
	duty    bigint NOT NULL,
	PRIMARY KEY (county, doc, version, unit, role, duty)
);
CREATE INDEX mention_of ON mention (county, unit, role);
