-- {"version":"0.1.0","migrations":{"2026_11_26_5":"bf837ddf9ddb119b"},"at":1795348954.0,"remote_id":"3145728001","begun":{"3145728001":1795348800.0,"3145728002":1795348804.0,"3145728003":1795348806.0,"3145728004":1795348810.0},"slack":[{"channel":"C0RELEASES","ts":"1795348802.000000","thread_ts":null,"text":"*Marta's handbook* · Copying pages\nFollowed by <@U0MARTA> · details in the thread · Confluence task 3145728001"},{"channel":"C0RELEASES","ts":"1795348804.000000","thread_ts":"1795348802.000000","text":"*Marta's handbook* · Copying pages · 76% · 40 of 42 pages\n2 warnings · 2 people will be notified: <@U0MARTA> <@U0TOMAS>\nStarted <!date^1795348800^{date_short_pretty} {time}|Nov 22, 2026, 12:00 PM UTC> · Last checked <!date^1795348953^{date_short_pretty} {time_secs}|Nov 22, 2026, 12:02:33 PM UTC> · Confluence task 3145728001"},{"channel":"C0RELEASES","ts":"1795348806.000002","thread_ts":null,"text":"*Watching the Confluence site 127.0.0.1 for new tasks*\nBy <@U0MARTA> · each new task gets its own thread · `/longtask unwatch` ends this\nA task that takes less than 12 seconds may go unseen."},{"channel":"C0RELEASES","ts":"1795348808.000000","thread_ts":null,"text":"*Copying pages*\nFollowed by <@U0TOMAS> · details in the thread · Confluence task 3145728003"},{"channel":"C0RELEASES","ts":"1795348810.000000","thread_ts":"1795348808.000000","text":"*Copying pages* · 38% · 20 of 42 pages\nno warnings so far · 1 person will be notified\nStarted <!date^1795348800^{date_short_pretty} {time}|Nov 22, 2026, 12:00 PM UTC> · Last checked <!date^1795348888^{date_short_pretty} {time_secs}|Nov 22, 2026, 12:01:28 PM UTC> · Confluence task 3145728003"},{"channel":"C0RELEASES","ts":"1795348812.000000","thread_ts":null,"text":"*No longer followed*: copying pages\n<@U0MARTA> stopped following it here. The task itself goes on in Confluence.\nWas followed by <@U0TOMAS> · details in the thread · Confluence task 3145728004"},{"channel":"C0RELEASES","ts":"1795348814.000000","thread_ts":"1795348812.000000","text":"*No longer followed*: copying pages · 0%\n<@U0MARTA> stopped following it here. The task itself goes on in Confluence.\nno warnings seen\nStarted <!date^1795348800^{date_short_pretty} {time}|Nov 22, 2026, 12:00 PM UTC> · Confluence task 3145728004"},{"channel":"C0RELEASES","ts":"1795348953.000000","thread_ts":"1795348802.000000","text":"*So far: 2 copies were renamed because their titles were taken in the destination.*\n• The copy of “Team handbook” is called “Team handbook (2)”\n• The copy of “On-call &lt;rota&gt; &amp; ∗escalation∗” is called “On-call &lt;rota&gt; &amp; ∗escalation∗ (2)”\nIf a new title doesn't suit, rename that copy in Confluence."},{"channel":"D0SIM000019","ts":"1795348804.000003","thread_ts":null,"text":"*Copying pages*\nFollowed by <@U0MARTA> · details in the thread · Confluence task 3145728002"},{"channel":"D0SIM000019","ts":"1795348806.000000","thread_ts":"1795348804.000003","text":"*Copying pages* · 38% · 20 of 42 pages\nno warnings so far · 1 person will be notified\nStarted <!date^1795348800^{date_short_pretty} {time}|Nov 22, 2026, 12:00 PM UTC> · Last checked <!date^1795348888^{date_short_pretty} {time_secs}|Nov 22, 2026, 12:01:28 PM UTC> · Confluence task 3145728002"},{"channel":"D0SIM000062","ts":"1795348814.000001","thread_ts":null,"text":"*No longer followed*: copying pages\n<@U0MARTA> stopped following it in <#C0RELEASES>. The task itself goes on in Confluence.\nConfluence task 3145728004"}]}
-- for sqlite
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO alembic_version VALUES ('2026_11_26_5');
CREATE TABLE accounts (
	id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	state VARCHAR(16) DEFAULT 'active' NOT NULL, 
	reason VARCHAR(64), 
	refused_since DATETIME, 
	refused_probes INTEGER DEFAULT '0' NOT NULL, 
	probe_at DATETIME, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_accounts PRIMARY KEY (id)
);
CREATE TABLE channels (
	team_id VARCHAR(32) NOT NULL, 
	channel_id VARCHAR(32) NOT NULL, 
	sharing VARCHAR(16), 
	asked_at DATETIME NOT NULL, 
	language VARCHAR(16), 
	verbosity VARCHAR(16) DEFAULT 'normal' NOT NULL, 
	titles VARCHAR(16) DEFAULT 'shown' NOT NULL, 
	broadcasts BOOLEAN DEFAULT 0 NOT NULL, 
	mentions_here BOOLEAN DEFAULT 0 NOT NULL, 
	editors VARCHAR(16) DEFAULT 'admins' NOT NULL, 
	CONSTRAINT pk_channels PRIMARY KEY (team_id, channel_id)
);
CREATE TABLE commands (
	id INTEGER NOT NULL, 
	trigger_id VARCHAR(200) NOT NULL, 
	team_id VARCHAR(32) NOT NULL, 
	enterprise_id VARCHAR(32), 
	channel_id VARCHAR(32) NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	command VARCHAR(64) NOT NULL, 
	text TEXT NOT NULL, 
	hook VARCHAR(64), 
	message_ts VARCHAR(32), 
	thread_ts VARCHAR(32), 
	response_url BLOB, 
	uses_left INTEGER DEFAULT '5' NOT NULL, 
	claim_id VARCHAR(32), 
	claimed_until DATETIME, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	looks INTEGER DEFAULT '0' NOT NULL, 
	not_before DATETIME, 
	created_at DATETIME NOT NULL, 
	answered_at DATETIME, 
	language VARCHAR(16), 
	answer TEXT, 
	CONSTRAINT pk_commands PRIMARY KEY (id), 
	CONSTRAINT uq_commands_trigger UNIQUE (team_id, trigger_id)
);
CREATE INDEX ix_commands_created_at ON commands (created_at);
CREATE INDEX ix_commands_unanswered ON commands (created_at) WHERE answered_at IS NULL;
CREATE TABLE events (
	id VARCHAR(64) NOT NULL, 
	taken_at DATETIME NOT NULL, 
	CONSTRAINT pk_events PRIMARY KEY (id)
);
CREATE INDEX ix_events_taken_at ON events (taken_at);
CREATE TABLE hooks (
	token_hash VARCHAR(64) NOT NULL, 
	team_id VARCHAR(32) NOT NULL, 
	enterprise_id VARCHAR(32), 
	channel_id VARCHAR(32) NOT NULL, 
	maker_id VARCHAR(32) NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_used_at DATETIME, 
	allowed_at DATETIME NOT NULL, 
	calls TEXT DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_hooks PRIMARY KEY (token_hash), 
	CONSTRAINT uq_hooks_channel UNIQUE (team_id, channel_id)
);
CREATE TABLE pauses (
	scope VARCHAR(120) NOT NULL, 
	until DATETIME NOT NULL, 
	reason VARCHAR(64), 
	CONSTRAINT pk_pauses PRIMARY KEY (scope)
);
CREATE TABLE people (
	team_id VARCHAR(32) NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	membership VARCHAR(16) NOT NULL, 
	is_admin BOOLEAN DEFAULT 0 NOT NULL, 
	locale VARCHAR(32), 
	asked_at DATETIME NOT NULL, 
	language VARCHAR(16), 
	CONSTRAINT pk_people PRIMARY KEY (team_id, user_id)
);
CREATE INDEX ix_people_asked_at ON people (asked_at);
CREATE TABLE sites (
	id INTEGER NOT NULL, 
	alias VARCHAR(64) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	base_url VARCHAR(500) NOT NULL, 
	cloud_id VARCHAR(64), 
	failures INTEGER DEFAULT '0' NOT NULL, 
	down_since DATETIME, 
	announced_at DATETIME, 
	probe_at DATETIME, 
	last_error VARCHAR(200), 
	CONSTRAINT pk_sites PRIMARY KEY (id), 
	CONSTRAINT uq_sites_base_url UNIQUE (base_url)
);
CREATE TABLE workspaces (
	team_id VARCHAR(32) NOT NULL, 
	enterprise_id VARCHAR(32), 
	state VARCHAR(16) DEFAULT 'active' NOT NULL, 
	reason VARCHAR(64), 
	tries INTEGER DEFAULT '0' NOT NULL, 
	next_try_at DATETIME, 
	claim_id VARCHAR(32), 
	claimed_until DATETIME, 
	channels_listed_at DATETIME, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_workspaces PRIMARY KEY (team_id)
);
CREATE TABLE account_sites (
	account_id INTEGER NOT NULL, 
	site_id INTEGER NOT NULL, 
	CONSTRAINT pk_account_sites PRIMARY KEY (account_id, site_id), 
	CONSTRAINT fk_account_sites_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_account_sites_site_id FOREIGN KEY(site_id) REFERENCES sites (id) ON DELETE CASCADE
);
CREATE INDEX ix_account_sites_site_id ON account_sites (site_id);
CREATE TABLE listed_tasks (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	site_id INTEGER NOT NULL, 
	remote_id VARCHAR(128) NOT NULL, 
	snapshot TEXT NOT NULL, 
	first_listed_at DATETIME NOT NULL, 
	last_listed_at DATETIME NOT NULL, 
	CONSTRAINT uq_listed_tasks_site_remote UNIQUE (site_id, remote_id), 
	CONSTRAINT fk_listed_tasks_site_id FOREIGN KEY(site_id) REFERENCES sites (id) ON DELETE CASCADE
);
CREATE INDEX ix_listed_tasks_last ON listed_tasks (site_id, last_listed_at);
CREATE TABLE long_tasks (
	id INTEGER NOT NULL, 
	site_id INTEGER NOT NULL, 
	remote_id VARCHAR(128) NOT NULL, 
	kind VARCHAR(16) DEFAULT 'other' NOT NULL, 
	snapshot TEXT, 
	samples TEXT DEFAULT '[]' NOT NULL, 
	percent FLOAT, 
	outcome VARCHAR(24) DEFAULT 'following' NOT NULL, 
	findings_digest VARCHAR(64) DEFAULT '' NOT NULL, 
	findings_seq INTEGER DEFAULT '0' NOT NULL, 
	findings_beyond INTEGER DEFAULT '0' NOT NULL, 
	due_at DATETIME, 
	claim_id VARCHAR(32), 
	claimed_until DATETIME, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	failing_since DATETIME, 
	misses INTEGER DEFAULT '0' NOT NULL, 
	missed_since DATETIME, 
	trouble VARCHAR(16), 
	trouble_since DATETIME, 
	created_at DATETIME NOT NULL, 
	checked_at DATETIME, 
	asked_at DATETIME, 
	moved_at DATETIME, 
	unchanged_since DATETIME, 
	ended_at DATETIME, 
	crashes INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_long_tasks PRIMARY KEY (id), 
	CONSTRAINT uq_long_tasks_site_remote UNIQUE (site_id, remote_id), 
	CONSTRAINT fk_long_tasks_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
);
CREATE INDEX ix_long_tasks_courses ON long_tasks (site_id, kind, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX ix_long_tasks_due ON long_tasks (site_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ix_long_tasks_ended ON long_tasks (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX ix_long_tasks_resting ON long_tasks (created_at) WHERE due_at IS NULL AND ended_at IS NULL;
CREATE INDEX ix_long_tasks_trouble ON long_tasks (site_id) WHERE trouble IS NOT NULL;
CREATE TABLE site_lists (
	site_id INTEGER NOT NULL, 
	due_at DATETIME NOT NULL, 
	listed_at DATETIME, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	claim_id VARCHAR(32), 
	claimed_until DATETIME, 
	CONSTRAINT pk_site_lists PRIMARY KEY (site_id), 
	CONSTRAINT fk_site_lists_site_id FOREIGN KEY(site_id) REFERENCES sites (id) ON DELETE CASCADE
);
CREATE TABLE watches (
	id INTEGER NOT NULL, 
	team_id VARCHAR(32) NOT NULL, 
	channel_id VARCHAR(32) NOT NULL, 
	site_id INTEGER NOT NULL, 
	command_id INTEGER, 
	maker_id VARCHAR(32) NOT NULL, 
	kinds VARCHAR(80) NOT NULL, 
	verbosity VARCHAR(16) DEFAULT 'normal' NOT NULL, 
	language VARCHAR(16) NOT NULL, 
	state VARCHAR(16) DEFAULT 'watching' NOT NULL, 
	ended_by VARCHAR(32), 
	handled INTEGER NOT NULL, 
	passed_over INTEGER DEFAULT '0' NOT NULL, 
	gathering_since DATETIME, 
	thread_ts VARCHAR(32), 
	claim_id VARCHAR(32), 
	claimed_until DATETIME, 
	created_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT pk_watches PRIMARY KEY (id), 
	CONSTRAINT fk_watches_team_id FOREIGN KEY(team_id) REFERENCES workspaces (team_id) ON DELETE CASCADE, 
	CONSTRAINT fk_watches_site_id FOREIGN KEY(site_id) REFERENCES sites (id) ON DELETE CASCADE
);
CREATE INDEX ix_watches_site_id ON watches (site_id);
CREATE INDEX ix_watches_team_id ON watches (team_id);
CREATE UNIQUE INDEX uq_watches_active ON watches (team_id, channel_id, site_id) WHERE state IN ('watching');
CREATE TABLE findings (
	long_task_id INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	identity VARCHAR(32) NOT NULL, 
	"key" VARCHAR(120) NOT NULL, 
	severity VARCHAR(16) NOT NULL, 
	args TEXT NOT NULL, 
	text VARCHAR(1000), 
	count INTEGER, 
	first_seen_at DATETIME NOT NULL, 
	CONSTRAINT pk_findings PRIMARY KEY (long_task_id, seq), 
	CONSTRAINT uq_findings_identity UNIQUE (long_task_id, identity), 
	CONSTRAINT fk_findings_long_task_id FOREIGN KEY(long_task_id) REFERENCES long_tasks (id) ON DELETE CASCADE
);
CREATE TABLE gathered_tasks (
	watch_id INTEGER NOT NULL, 
	remote_id VARCHAR(128) NOT NULL, 
	snapshot TEXT NOT NULL, 
	gathered_at DATETIME NOT NULL, 
	CONSTRAINT pk_gathered_tasks PRIMARY KEY (watch_id, remote_id), 
	CONSTRAINT fk_gathered_tasks_watch_id FOREIGN KEY(watch_id) REFERENCES watches (id) ON DELETE CASCADE
);
CREATE TABLE subscriptions (
	id INTEGER NOT NULL, 
	long_task_id INTEGER NOT NULL, 
	team_id VARCHAR NOT NULL, 
	channel_id VARCHAR(32) NOT NULL, 
	command_id INTEGER, 
	watch_id INTEGER, 
	owner_id VARCHAR(32), 
	by_script BOOLEAN DEFAULT 0 NOT NULL, 
	state VARCHAR(16) DEFAULT 'starting' NOT NULL, 
	reason VARCHAR(64), 
	outcome VARCHAR(24) DEFAULT 'following' NOT NULL, 
	stopped_by VARCHAR(32), 
	language VARCHAR(16) NOT NULL, 
	verbosity VARCHAR(16) DEFAULT 'normal' NOT NULL, 
	titles VARCHAR(16) DEFAULT 'shown' NOT NULL, 
	label VARCHAR(80), 
	thread_ts VARCHAR(32), 
	is_foreign BOOLEAN DEFAULT 0 NOT NULL, 
	created_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT pk_subscriptions PRIMARY KEY (id), 
	CONSTRAINT fk_subscriptions_long_task_id FOREIGN KEY(long_task_id) REFERENCES long_tasks (id) ON DELETE CASCADE, 
	CONSTRAINT fk_subscriptions_team_id FOREIGN KEY(team_id) REFERENCES workspaces (team_id) ON DELETE CASCADE, 
	CONSTRAINT fk_subscriptions_watch_id FOREIGN KEY(watch_id) REFERENCES watches (id) ON DELETE SET NULL
);
CREATE INDEX ix_subscriptions_channel ON subscriptions (team_id, channel_id, state);
CREATE INDEX ix_subscriptions_long_task ON subscriptions (long_task_id);
CREATE INDEX ix_subscriptions_owner ON subscriptions (team_id, owner_id, state);
CREATE INDEX ix_subscriptions_watch ON subscriptions (watch_id) WHERE watch_id IS NOT NULL;
CREATE UNIQUE INDEX uq_subscriptions_active ON subscriptions (long_task_id, team_id, channel_id) WHERE state IN ('starting', 'following');
CREATE TABLE viewers (
	long_task_id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	looked_at DATETIME, 
	CONSTRAINT pk_viewers PRIMARY KEY (long_task_id, account_id), 
	CONSTRAINT fk_viewers_long_task_id FOREIGN KEY(long_task_id) REFERENCES long_tasks (id) ON DELETE CASCADE, 
	CONSTRAINT fk_viewers_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_viewers_account_id ON viewers (account_id);
CREATE TABLE followers (
	subscription_id INTEGER NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	account_id INTEGER, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_followers PRIMARY KEY (subscription_id, user_id), 
	CONSTRAINT fk_followers_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id) ON DELETE CASCADE, 
	CONSTRAINT fk_followers_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE SET NULL
);
CREATE INDEX ix_followers_account_id ON followers (account_id);
CREATE INDEX ix_followers_user ON followers (user_id);
CREATE TABLE messages (
	id INTEGER NOT NULL, 
	marker VARCHAR(64) NOT NULL, 
	team_id VARCHAR(32) NOT NULL, 
	subscription_id INTEGER, 
	command_id INTEGER, 
	watch_id INTEGER, 
	user_id VARCHAR(32), 
	kind VARCHAR(16) NOT NULL, 
	facts TEXT NOT NULL, 
	state VARCHAR(16) DEFAULT 'planned' NOT NULL, 
	reason VARCHAR(64), 
	form VARCHAR(16) DEFAULT 'blocks' NOT NULL, 
	channel_id VARCHAR(64), 
	ts VARCHAR(64), 
	ambiguous BOOLEAN DEFAULT 0 NOT NULL, 
	edit_ambiguous BOOLEAN DEFAULT 0 NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	unknown_answers INTEGER DEFAULT '0' NOT NULL, 
	not_before DATETIME, 
	created_at DATETIME NOT NULL, 
	posted_at DATETIME, 
	shown VARCHAR(64), 
	shown_percent FLOAT, 
	shown_end DATETIME, 
	shown_at DATETIME, 
	stale_since DATETIME, 
	terminal BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_messages PRIMARY KEY (id), 
	CONSTRAINT uq_messages_marker UNIQUE (marker), 
	CONSTRAINT fk_messages_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id) ON DELETE CASCADE, 
	CONSTRAINT fk_messages_command_id FOREIGN KEY(command_id) REFERENCES commands (id) ON DELETE CASCADE, 
	CONSTRAINT fk_messages_watch_id FOREIGN KEY(watch_id) REFERENCES watches (id) ON DELETE CASCADE
);
CREATE INDEX ix_messages_command ON messages (command_id);
CREATE INDEX ix_messages_editing ON messages (team_id) WHERE state IN ('editing');
CREATE INDEX ix_messages_stale ON messages (team_id, stale_since) WHERE stale_since IS NOT NULL;
CREATE INDEX ix_messages_subscription ON messages (subscription_id, kind);
CREATE INDEX ix_messages_waiting ON messages (team_id, subscription_id, id) WHERE state IN ('planned', 'sending');
CREATE INDEX ix_messages_watch ON messages (watch_id) WHERE watch_id IS NOT NULL;
CREATE UNIQUE INDEX uq_messages_home ON messages (team_id, user_id) WHERE kind IN ('home');
INSERT INTO accounts ("id", "kind", "state", "reason", "refused_since", "refused_probes", "probe_at", "created_at") VALUES (1, 'operator', 'active', NULL, NULL, 0, NULL, '2026-11-22 12:00:00.000000');
INSERT INTO channels ("team_id", "channel_id", "sharing", "asked_at", "language", "verbosity", "titles", "broadcasts", "mentions_here", "editors") VALUES ('T0SANDBOX', 'C0RELEASES', 'own', '2026-11-22 12:00:00.000000', 'de', 'normal', 'shown', FALSE, FALSE, 'admins');
INSERT INTO channels ("team_id", "channel_id", "sharing", "asked_at", "language", "verbosity", "titles", "broadcasts", "mentions_here", "editors") VALUES ('T0SANDBOX', 'D0SIM000019', 'hidden', '2026-11-22 12:00:04.000000', NULL, 'normal', 'shown', FALSE, FALSE, 'admins');
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (1, '1.2.TR0SIM000003', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0MARTA', '/longtask', '3145728001 as "Marta''s handbook"', NULL, NULL, NULL, X'67414141414142724349735a484f3550326866736d47626e596564545748474f6b7a2d4c4b675531306d4d66575a716a50342d554e4774447130574b7a6a4a366d4b4a395a587479444a334136333652436d4a764b794a583931774e6d6e6f6a70744f4a364c323861504f512d7a676d42584f7573326f78663955397334364f484749744444377a794e327054643734784441435f5561525a436d636338654a51673d3d', 5, NULL, NULL, 1, 0, NULL, '2026-11-22 12:00:00.000000', '2026-11-22 12:00:00.000000', 'en', NULL);
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (2, '20.21.TR0SIM000022', 'T0SANDBOX', NULL, 'D0SIM000019', 'U0MARTA', '/longtask', '3145728002', NULL, NULL, NULL, X'67414141414142724349736177424264547762554a5a645f346b446d74337835726f4e664e6e3543774342795049302d6e32657633524c45343764625a316f76634a36355543477671337561734f493367706b467438487471415477474b7a6d6e714e5a61446761554c626d43587250646b6a79487637353633736c6249444c5f544b30624d695338447241693756704d30385668467a45453367354567435358513d3d', 5, NULL, NULL, 1, 0, NULL, '2026-11-22 12:00:04.000000', '2026-11-22 12:00:04.000000', 'en', NULL);
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (3, '29.30.TR0SIM000031', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0MARTA', '/longtask', 'watch', NULL, NULL, NULL, X'6741414141414272434973626563625a4f356970347236453270444163616c726744525943654f59364b795263564d38447867575969446348694763445a425859333932657751634336584547524132336c357847626d316c616f4655717a6731344d4b2d446238586b36345430526c4f667333645257682d66683543696a574d6a726673553878636d31644a4635634d3841747235646e65366f63567a4d6d68673d3d', 4, NULL, NULL, 1, 0, NULL, '2026-11-22 12:00:06.000000', '2026-11-22 12:00:06.000000', 'en', NULL);
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (4, '40.41.TR0SIM000042', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0TOMAS', '/longtask', '3145728003', NULL, NULL, NULL, X'674141414141427243497362544a4c616539665776723949576b36686e6572557a48506e4466757830786f43355f536e4a414352726373625f4a7735456f546c69707974482d4d6f323279693879796462764f4d4b4b3255563539434d65365f616938465561677453506d596b44305f6f516f5650486a477a666d68432d796e49365154564d46394f53506135452d5136494e5331354249462d355739514c7453513d3d', 5, NULL, NULL, 1, 0, NULL, '2026-11-22 12:00:06.000000', '2026-11-22 12:00:06.000000', 'en', NULL);
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (5, '49.50.TR0SIM000051', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0TOMAS', '/longtask', '3145728004', NULL, NULL, NULL, X'67414141414142724349736357564e517a4a58467142614c7437584b533271554f743038746273486d4e61556851797875315364486f72422d3245654f2d5f6f48757a593037684c4231696f54655a525f36693370475a3232646f754263746d7477543753526d676d436b387a32742d514b627738445f4975526552574f59706c6d5a345342444e6f53365145454d634b4d79564d753858793751556139502d74413d3d', 5, NULL, NULL, 1, 0, NULL, '2026-11-22 12:00:10.000000', '2026-11-22 12:00:10.000000', 'en', NULL);
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (6, '58.59.TR0SIM000060', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0MARTA', '/longtask', 'stop 3145728004', NULL, NULL, NULL, X'674141414141427243497364726e7a482d4b47676554665549513859626f4561666f4e74497057743466333873645161346e795a5148436b616b475a495955485a674578556a6f4f5f443056794b6279712d42303332786430396d30535f536268625130724e61555a596d436e384541525157455769797a67475868354c48383172344b6c3931675a6a4c71644d53654c6b454b7433344f575961365159507061513d3d', 4, NULL, NULL, 1, 0, NULL, '2026-11-22 12:00:14.000000', '2026-11-22 12:00:14.000000', 'en', NULL);
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (7, '72.73.TR0SIM000074', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0MARTA', '/longtask', 'hook', NULL, NULL, NULL, X'67414141414142724349736543325f6374376c433032703265614b4d4330417a77636f32514c5a7255724650564a675a7649467076634a73306448596133352d37595f416c49587a5538626c7a787a4e6d5a693241476a72456958736c784c574e4d7237615a7462496354306f326c7568676441394a326870493877583976526452614f4165514e5a4f5a663047353159324d666a75387675484a57794942414c413d3d', 4, NULL, NULL, 1, 0, NULL, '2026-11-22 12:00:14.000000', '2026-11-22 12:00:14.000000', 'en', NULL);
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (8, '182.183.TR0SIM000184', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0TOMAS', '/longtask', 'list', NULL, NULL, NULL, X'67414141414142724349736e6e6242325365506271696a6c5779375933693372703951637a326e6b62674b4b4d515f4c6837425231576e3970417647537559336d4b4b6339495978686f53494c6b73794a61645f42694f324b674555644e354c7456575841534773522d38485131637a44776d773935744957546a384657534d774b4632477745536c416c76764c364b5f794f495a4166547a5552774649555663513d3d', 4, NULL, NULL, 1, 0, NULL, '2026-11-22 12:02:33.000000', '2026-11-22 12:02:33.000000', 'en', NULL);
INSERT INTO events ("id", "taken_at") VALUES ('key-cc2103e68a7c4ea962e9a5ad723ca8fc', '2026-11-22 12:00:04.000000');
INSERT INTO events ("id", "taken_at") VALUES ('key-fc415fbe21e2ae8f2f7af02304b0ea3d', '2026-11-22 12:00:14.000000');
INSERT INTO events ("id", "taken_at") VALUES ('key-2b2f2221d10ed3e3d16296b21a5a9da1', '2026-11-22 12:00:14.000000');
INSERT INTO hooks ("token_hash", "team_id", "enterprise_id", "channel_id", "maker_id", "created_at", "last_used_at", "allowed_at", "calls") VALUES ('a7ae33eec63e140244704b8a803d0f4bd44a56685a1b408923674023fca64239', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0MARTA', '2026-11-22 12:00:14.000000', NULL, '2026-11-22 12:00:14.000000', '[]');
INSERT INTO pauses ("scope", "until", "reason") VALUES ('slack:T0SANDBOX:users.info', '2026-11-22 12:02:37.000000', '429');
INSERT INTO people ("team_id", "user_id", "membership", "is_admin", "locale", "asked_at", "language") VALUES ('T0SANDBOX', 'U0MARTA', 'member', FALSE, 'en-US', '2026-11-22 12:00:00.000000', NULL);
INSERT INTO people ("team_id", "user_id", "membership", "is_admin", "locale", "asked_at", "language") VALUES ('T0SANDBOX', 'U0TOMAS', 'member', FALSE, 'en-US', '2026-11-22 12:00:04.000000', NULL);
INSERT INTO sites ("id", "alias", "kind", "base_url", "cloud_id", "failures", "down_since", "announced_at", "probe_at", "last_error") VALUES (1, '127.0.0.1', 'cloud', 'https://confluence.example', NULL, 0, NULL, NULL, NULL, NULL);
INSERT INTO workspaces ("team_id", "enterprise_id", "state", "reason", "tries", "next_try_at", "claim_id", "claimed_until", "channels_listed_at", "created_at") VALUES ('T0SANDBOX', NULL, 'active', NULL, 0, NULL, '445a93e81ac403c63a3da141220f5c55', '2026-11-22 12:02:44.000000', NULL, '2026-11-22 12:00:00.000000');
INSERT INTO account_sites ("account_id", "site_id") VALUES (1, 1);
INSERT INTO listed_tasks ("id", "site_id", "remote_id", "snapshot", "first_listed_at", "last_listed_at") VALUES (1, 1, '3145728002', '{"remote_id":"3145728002","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":2000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}', '2026-11-22 12:00:06.000000', '2026-11-22 12:00:06.000000');
INSERT INTO listed_tasks ("id", "site_id", "remote_id", "snapshot", "first_listed_at", "last_listed_at") VALUES (2, 1, '3145728001', '{"remote_id":"3145728001","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":6000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}', '2026-11-22 12:00:06.000000', '2026-11-22 12:00:06.000000');
INSERT INTO listed_tasks ("id", "site_id", "remote_id", "snapshot", "first_listed_at", "last_listed_at") VALUES (3, 1, '3145728003', '{"remote_id":"3145728003","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":12000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}', '2026-11-22 12:00:18.000000', '2026-11-22 12:00:18.000000');
INSERT INTO listed_tasks ("id", "site_id", "remote_id", "snapshot", "first_listed_at", "last_listed_at") VALUES (4, 1, '3145728004', '{"remote_id":"3145728004","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":8000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}', '2026-11-22 12:00:18.000000', '2026-11-22 12:00:18.000000');
INSERT INTO long_tasks ("id", "site_id", "remote_id", "kind", "snapshot", "samples", "percent", "outcome", "findings_digest", "findings_seq", "findings_beyond", "due_at", "claim_id", "claimed_until", "failures", "failing_since", "misses", "missed_since", "trouble", "trouble_since", "created_at", "checked_at", "asked_at", "moved_at", "unchanged_since", "ended_at", "crashes") VALUES (1, 1, '3145728001', 'copy', '{"remote_id":"3145728001","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":76.0,"elapsed_ms":153000,"successful":false,"finished":false,"status":{"key":"STATUS_COPIED_PAGES","args":["40","42"]},"done":40,"total":42,"findings_digest":"fed32481595861078cc42d9a99034566.2.0","findings_count":2}', '[[1795348800.0,0.0,null],[1795348883.0,38.0,20],[1795348953.0,76.0,40]]', 76.0, 'following', 'fed32481595861078cc42d9a99034566.2.0', 2, 0, '2026-11-22 12:02:39.916479', NULL, NULL, 0, NULL, 0, NULL, NULL, NULL, '2026-11-22 12:00:00.000000', '2026-11-22 12:02:33.000000', NULL, '2026-11-22 12:02:33.000000', '2026-11-22 12:02:33.000000', NULL, 0);
INSERT INTO long_tasks ("id", "site_id", "remote_id", "kind", "snapshot", "samples", "percent", "outcome", "findings_digest", "findings_seq", "findings_beyond", "due_at", "claim_id", "claimed_until", "failures", "failing_since", "misses", "missed_since", "trouble", "trouble_since", "created_at", "checked_at", "asked_at", "moved_at", "unchanged_since", "ended_at", "crashes") VALUES (2, 1, '3145728002', 'copy', '{"remote_id":"3145728002","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":38.0,"elapsed_ms":84000,"successful":false,"finished":false,"status":{"key":"STATUS_COPIED_PAGES","args":["20","42"]},"done":20,"total":42}', '[[1795348804.0,0.0,null],[1795348888.0,38.0,20]]', 38.0, 'following', '', 0, 0, '2026-11-22 12:02:39.916479', NULL, NULL, 0, NULL, 0, NULL, NULL, NULL, '2026-11-22 12:00:04.000000', '2026-11-22 12:02:33.000000', NULL, '2026-11-22 12:01:28.000000', '2026-11-22 12:01:28.000000', NULL, 0);
INSERT INTO long_tasks ("id", "site_id", "remote_id", "kind", "snapshot", "samples", "percent", "outcome", "findings_digest", "findings_seq", "findings_beyond", "due_at", "claim_id", "claimed_until", "failures", "failing_since", "misses", "missed_since", "trouble", "trouble_since", "created_at", "checked_at", "asked_at", "moved_at", "unchanged_since", "ended_at", "crashes") VALUES (3, 1, '3145728003', 'copy', '{"remote_id":"3145728003","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":38.0,"elapsed_ms":82000,"successful":false,"finished":false,"status":{"key":"STATUS_COPIED_PAGES","args":["20","42"]},"done":20,"total":42}', '[[1795348806.0,0.0,null],[1795348888.0,38.0,20]]', 38.0, 'following', '', 0, 0, '2026-11-22 12:02:39.916479', NULL, NULL, 0, NULL, 0, NULL, NULL, NULL, '2026-11-22 12:00:06.000000', '2026-11-22 12:02:33.000000', NULL, '2026-11-22 12:01:28.000000', '2026-11-22 12:01:28.000000', NULL, 0);
INSERT INTO long_tasks ("id", "site_id", "remote_id", "kind", "snapshot", "samples", "percent", "outcome", "findings_digest", "findings_seq", "findings_beyond", "due_at", "claim_id", "claimed_until", "failures", "failing_since", "misses", "missed_since", "trouble", "trouble_since", "created_at", "checked_at", "asked_at", "moved_at", "unchanged_since", "ended_at", "crashes") VALUES (4, 1, '3145728004', 'copy', '{"remote_id":"3145728004","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":0,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}', '[[1795348810.0,0.0,null]]', 0.0, 'following', '', 0, 0, NULL, NULL, NULL, 0, NULL, 0, NULL, NULL, NULL, '2026-11-22 12:00:10.000000', '2026-11-22 12:00:14.000000', NULL, '2026-11-22 12:00:10.000000', '2026-11-22 12:00:10.000000', NULL, 0);
INSERT INTO site_lists ("site_id", "due_at", "listed_at", "failures", "claim_id", "claimed_until") VALUES (1, '2026-11-22 12:02:37.916479', '2026-11-22 12:02:33.000000', 0, NULL, NULL);
INSERT INTO watches ("id", "team_id", "channel_id", "site_id", "command_id", "maker_id", "kinds", "verbosity", "language", "state", "ended_by", "handled", "passed_over", "gathering_since", "thread_ts", "claim_id", "claimed_until", "created_at", "ended_at") VALUES (1, 'T0SANDBOX', 'C0RELEASES', 1, 3, 'U0MARTA', '', 'normal', 'en', 'watching', NULL, 4, 0, NULL, '1795348806.000002', NULL, NULL, '2026-11-22 12:00:06.000000', NULL);
INSERT INTO findings ("long_task_id", "seq", "identity", "key", "severity", "args", "text", "count", "first_seen_at") VALUES (1, 1, 'f7bc1d6126ce28ea4c4435ec762ec05a', 'WARN_RENAME_PAGE', 'warning', '["Team handbook","Team handbook (2)"]', NULL, NULL, '2026-11-22 12:02:33.000000');
INSERT INTO findings ("long_task_id", "seq", "identity", "key", "severity", "args", "text", "count", "first_seen_at") VALUES (1, 2, '6819d18aa518f3ce01583132ea851c21', 'WARN_RENAME_PAGE', 'warning', '["On-call <rota> & *escalation*","On-call <rota> & *escalation* (2)"]', NULL, NULL, '2026-11-22 12:02:33.000000');
INSERT INTO gathered_tasks ("watch_id", "remote_id", "snapshot", "gathered_at") VALUES (1, '4711', '{"remote_id": "4711"}', '2026-11-22 12:02:34.000000');
INSERT INTO subscriptions ("id", "long_task_id", "team_id", "channel_id", "command_id", "watch_id", "owner_id", "by_script", "state", "reason", "outcome", "stopped_by", "language", "verbosity", "titles", "label", "thread_ts", "is_foreign", "created_at", "ended_at") VALUES (1, 1, 'T0SANDBOX', 'C0RELEASES', 1, NULL, 'U0MARTA', FALSE, 'following', NULL, 'following', NULL, 'en', 'normal', 'shown', 'Marta''s handbook', '1795348802.000000', FALSE, '2026-11-22 12:00:00.000000', NULL);
INSERT INTO subscriptions ("id", "long_task_id", "team_id", "channel_id", "command_id", "watch_id", "owner_id", "by_script", "state", "reason", "outcome", "stopped_by", "language", "verbosity", "titles", "label", "thread_ts", "is_foreign", "created_at", "ended_at") VALUES (2, 2, 'T0SANDBOX', 'D0SIM000019', 2, NULL, 'U0MARTA', FALSE, 'following', NULL, 'following', NULL, 'en', 'normal', 'shown', NULL, '1795348804.000003', FALSE, '2026-11-22 12:00:04.000000', NULL);
INSERT INTO subscriptions ("id", "long_task_id", "team_id", "channel_id", "command_id", "watch_id", "owner_id", "by_script", "state", "reason", "outcome", "stopped_by", "language", "verbosity", "titles", "label", "thread_ts", "is_foreign", "created_at", "ended_at") VALUES (3, 3, 'T0SANDBOX', 'C0RELEASES', 4, NULL, 'U0TOMAS', FALSE, 'following', NULL, 'following', NULL, 'en', 'normal', 'shown', NULL, '1795348808.000000', FALSE, '2026-11-22 12:00:06.000000', NULL);
INSERT INTO subscriptions ("id", "long_task_id", "team_id", "channel_id", "command_id", "watch_id", "owner_id", "by_script", "state", "reason", "outcome", "stopped_by", "language", "verbosity", "titles", "label", "thread_ts", "is_foreign", "created_at", "ended_at") VALUES (4, 4, 'T0SANDBOX', 'C0RELEASES', 5, NULL, 'U0TOMAS', FALSE, 'stopped', NULL, 'stopped', 'U0MARTA', 'en', 'normal', 'shown', NULL, '1795348812.000000', FALSE, '2026-11-22 12:00:10.000000', '2026-11-22 12:00:14.000000');
INSERT INTO viewers ("long_task_id", "account_id", "looked_at") VALUES (1, 1, '2026-11-22 12:00:00.000000');
INSERT INTO viewers ("long_task_id", "account_id", "looked_at") VALUES (2, 1, '2026-11-22 12:00:04.000000');
INSERT INTO viewers ("long_task_id", "account_id", "looked_at") VALUES (3, 1, '2026-11-22 12:00:06.000000');
INSERT INTO viewers ("long_task_id", "account_id", "looked_at") VALUES (4, 1, '2026-11-22 12:00:10.000000');
INSERT INTO followers ("subscription_id", "user_id", "account_id", "created_at") VALUES (1, 'U0MARTA', 1, '2026-11-22 12:00:00.000000');
INSERT INTO followers ("subscription_id", "user_id", "account_id", "created_at") VALUES (1, 'U0TOMAS', 1, '2026-11-22 12:00:04.000000');
INSERT INTO followers ("subscription_id", "user_id", "account_id", "created_at") VALUES (2, 'U0MARTA', 1, '2026-11-22 12:00:04.000000');
INSERT INTO followers ("subscription_id", "user_id", "account_id", "created_at") VALUES (3, 'U0TOMAS', 1, '2026-11-22 12:00:06.000000');
INSERT INTO followers ("subscription_id", "user_id", "account_id", "created_at") VALUES (4, 'U0TOMAS', 1, '2026-11-22 12:00:10.000000');
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (1, 'coming-1', 'T0SANDBOX', NULL, 1, NULL, 'U0MARTA', 'private', '{"type":"coming","remote_ids":["3145728001"],"begins":true}', 'dropped', 'not needed any more', 'blocks', NULL, NULL, FALSE, FALSE, 0, 0, '2026-11-22 12:00:03.000000', '2026-11-22 12:00:00.000000', NULL, NULL, NULL, NULL, NULL, NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (2, '3afe2bfe18b77e007fb4c03b', 'T0SANDBOX', 1, NULL, NULL, NULL, 'root', '{"type":"root"}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348802.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:00.000000', '2026-11-22 12:00:02.000000', 'ae441f5ce276b4664340be92adb391fd', 0.0, NULL, NULL, '2026-11-22 12:02:34.000000', FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (3, 'a31ce01c5e8261cd7909bb3b', 'T0SANDBOX', 1, NULL, NULL, NULL, 'card', '{"type":"card"}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348804.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:00.000000', '2026-11-22 12:00:04.000000', '1014b3e084a838d75eb5388abb8ed6bd', 76.0, NULL, NULL, '2026-11-22 12:02:34.000000', FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (4, 'coming-2', 'T0SANDBOX', NULL, 2, NULL, 'U0MARTA', 'private', '{"type":"coming","remote_ids":["3145728002"],"begins":true}', 'dropped', 'not needed any more', 'blocks', NULL, NULL, FALSE, FALSE, 0, 0, '2026-11-22 12:00:07.000000', '2026-11-22 12:00:04.000000', NULL, NULL, NULL, NULL, NULL, NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (5, '3ea333ba326a73b0a6e0a36d', 'T0SANDBOX', 2, NULL, NULL, NULL, 'root', '{"type":"root"}', 'posted', NULL, 'blocks', 'D0SIM000019', '1795348804.000003', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:04.000000', '2026-11-22 12:00:04.000000', 'ffaa652db763a46e0d11fa220d648a35', 0.0, NULL, '2026-11-22 12:00:04.000000', NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (6, '3aa3864a64666ee0e5e092cc', 'T0SANDBOX', 2, NULL, NULL, NULL, 'card', '{"type":"card"}', 'posted', NULL, 'blocks', 'D0SIM000019', '1795348806.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:04.000000', '2026-11-22 12:00:06.000000', '324fe360934bd2181885f016b00e8f20', 38.0, NULL, '2026-11-22 12:01:28.000000', NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (7, '4d17ad3e0e9b92d69c010310', 'T0SANDBOX', NULL, NULL, 1, NULL, 'watch_root', '{"type":"watch_root"}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348806.000002', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:06.000000', '2026-11-22 12:00:06.000000', '809b68fc2d429b73a6b611ad7c824d92', NULL, NULL, '2026-11-22 12:00:06.000000', NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (8, '69f1f7c9b62c1ce7f03bf046', 'T0SANDBOX', NULL, 3, NULL, 'U0MARTA', 'private', '{"type":"answer","text":"These were running already, so the watch doesn''t follow them by itself:\n*Copying pages* · 0% · for 2 sec · Confluence task 3145728002\n*Marta''s handbook* · Copying pages · 0% · for 6 sec · followed here · Confluence task 3145728001\nYou can follow any task whose ID you know: `/longtask 3145728001`. `/longtask help` says where to find the ID.","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"These were running already, so the watch doesn''t follow them by itself:","verbatim":true}},{"type":"section","text":{"type":"mrkdwn","text":"*Copying pages* · 0% · for 2 sec · Confluence task 3145728002","verbatim":true},"accessory":{"type":"button","action_id":"follow_listed:0","text":{"type":"plain_text","text":"Follow","emoji":false},"accessibility_label":"Follow: Copying pages · 3145728002","value":"1/3145728002"}},{"type":"section","text":{"type":"mrkdwn","text":"*Marta''s handbook* · Copying pages · 0% · for 6 sec · followed here · Confluence task 3145728001","verbatim":true},"accessory":{"type":"button","action_id":"open_thread:1","text":{"type":"plain_text","text":"Open the thread","emoji":false},"accessibility_label":"Open the thread: Marta''s handbook · Copying pages · 3145728001","url":"https://sandbox.slack.com/archives/C0RELEASES/p1795348802000000"}},{"type":"context","elements":[{"type":"mrkdwn","text":"You can follow any task whose ID you know: `/longtask 3145728001`. `/longtask help` says where to find the ID.","verbatim":true}]}]}', 'posted', NULL, 'blocks', NULL, NULL, FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:06.000000', '2026-11-22 12:00:06.000000', '', NULL, NULL, '2026-11-22 12:00:06.000000', NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (9, 'coming-4', 'T0SANDBOX', NULL, 4, NULL, 'U0TOMAS', 'private', '{"type":"coming","remote_ids":["3145728003"],"begins":true}', 'dropped', 'not needed any more', 'blocks', NULL, NULL, FALSE, FALSE, 0, 0, '2026-11-22 12:00:09.000000', '2026-11-22 12:00:06.000000', NULL, NULL, NULL, NULL, NULL, NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (10, '73282d51f4aa9a697554a52c', 'T0SANDBOX', 3, NULL, NULL, NULL, 'root', '{"type":"root"}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348808.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:06.000000', '2026-11-22 12:00:08.000000', '15bc9df03c7a25c099e11d08a70f9865', 0.0, NULL, NULL, '2026-11-22 12:02:34.000000', FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (11, 'ef749e5f99b86e94c833abfb', 'T0SANDBOX', 3, NULL, NULL, NULL, 'card', '{"type":"card"}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348810.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:06.000000', '2026-11-22 12:00:10.000000', 'be850079474a9359c63d1d4b37649a2f', 38.0, NULL, NULL, '2026-11-22 12:02:34.000000', FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (12, 'coming-5', 'T0SANDBOX', NULL, 5, NULL, 'U0TOMAS', 'private', '{"type":"coming","remote_ids":["3145728004"],"begins":true}', 'dropped', 'not needed any more', 'blocks', NULL, NULL, FALSE, FALSE, 0, 0, '2026-11-22 12:00:13.000000', '2026-11-22 12:00:10.000000', NULL, NULL, NULL, NULL, NULL, NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (13, 'a6b4fc3077e0646ecaec5113', 'T0SANDBOX', 4, NULL, NULL, NULL, 'root', '{"type":"root"}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348812.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:10.000000', '2026-11-22 12:00:12.000000', '2078a6322da5581bb5fe8f0377ad5d2a', 0.0, NULL, NULL, '2026-11-22 12:02:34.000000', TRUE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (14, '57a008ef602fa0db4e80c01a', 'T0SANDBOX', 4, NULL, NULL, NULL, 'card', '{"type":"card"}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348814.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:10.000000', '2026-11-22 12:00:14.000000', 'a2d8f27210b4dee66ed6862a82500d5d', 0.0, NULL, NULL, '2026-11-22 12:02:34.000000', TRUE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (15, '6782e6a468c7f837d3757ff9', 'T0SANDBOX', 4, NULL, NULL, 'U0TOMAS', 'direct', '{"type":"stopped_by_other","by":"U0MARTA"}', 'posted', NULL, 'blocks', 'D0SIM000062', '1795348814.000001', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:14.000000', '2026-11-22 12:00:14.000000', '03054ded776841559c4b351d750b0b5b', 0.0, NULL, '2026-11-22 12:00:14.000000', NULL, TRUE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (16, '88f096b8a89805e9fc512f0e', 'T0SANDBOX', NULL, 6, NULL, 'U0MARTA', 'private', '{"type":"answer","text":"This channel no longer follows task 3145728004. Confluence carries on with it. <https://sandbox.slack.com/archives/C0RELEASES/p1795348812000000|Open the thread>","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"This channel no longer follows task 3145728004. Confluence carries on with it. <https://sandbox.slack.com/archives/C0RELEASES/p1795348812000000|Open the thread>","verbatim":true}}]}', 'posted', NULL, 'blocks', NULL, NULL, FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:14.000000', '2026-11-22 12:00:14.000000', '', NULL, NULL, '2026-11-22 12:00:14.000000', NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (17, '1da7d7b9223188e49f5180c3', 'T0SANDBOX', NULL, NULL, NULL, 'U0MARTA', 'home', '{"type":"home","opened_at":"2026-11-22T12:00:14Z","channels":{"at":"2026-11-22T12:00:14Z","ids":["C0RELEASES"]},"running":{"at":"2026-11-22T12:00:14Z","tasks":[{"site_id":1,"snapshot":{"remote_id":"3145728004","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":4000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}},{"site_id":1,"snapshot":{"remote_id":"3145728003","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":8000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}},{"site_id":1,"snapshot":{"remote_id":"3145728002","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":10000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}},{"site_id":1,"snapshot":{"remote_id":"3145728001","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":14000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}}]}}', 'posted', NULL, 'blocks', 'VHOMET0SANDBOXU0MARTA', '1795348890.000177', FALSE, FALSE, 0, 0, '2026-11-22 12:02:45.500000', '2026-11-22 12:00:14.000000', '2026-11-22 12:00:14.000000', '5bf2b1973f6f0a22b7fc46ed8b9868c3', NULL, NULL, '2026-11-22 12:01:30.500000', '2026-11-22 12:02:30.500000', FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (18, '8a91a46ae36a0da66fede2ac', 'T0SANDBOX', NULL, NULL, NULL, 'U0TOMAS', 'home', '{"type":"home","opened_at":"2026-11-22T12:00:14Z","channels":{"at":"2026-11-22T12:00:14Z","ids":["C0RELEASES"]},"running":{"at":"2026-11-22T12:00:14Z","tasks":[{"site_id":1,"snapshot":{"remote_id":"3145728004","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":4000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}},{"site_id":1,"snapshot":{"remote_id":"3145728003","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":8000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}},{"site_id":1,"snapshot":{"remote_id":"3145728002","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":10000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}},{"site_id":1,"snapshot":{"remote_id":"3145728001","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":14000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}}]}}', 'posted', NULL, 'blocks', 'VHOMET0SANDBOXU0TOMAS', '1795348890.000156', FALSE, FALSE, 0, 0, '2026-11-22 12:02:45.500000', '2026-11-22 12:00:14.000000', '2026-11-22 12:00:14.000000', 'ee97728d166f5b596f66f663ce2357d2', NULL, NULL, '2026-11-22 12:01:30.500000', '2026-11-22 12:02:30.500000', FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (19, '5210e9a1c74185621a1ec19b', 'T0SANDBOX', 1, NULL, NULL, NULL, 'warnings', '{"type":"warnings","kind":{"key":"WARN_RENAME_PAGE","severity":"warning"},"earlier":false}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348953.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:02:33.000000', '2026-11-22 12:02:33.000000', 'b6c6a858c4e6cb684483486604561347', 76.0, NULL, NULL, '2026-11-22 12:02:34.000000', FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (20, 'dd4da2f08a35f13279801fd2', 'T0SANDBOX', NULL, 8, NULL, 'U0TOMAS', 'private', '{"type":"answer","text":":eyes: *Watching the Confluence site 127.0.0.1 for new tasks* · <@U0MARTA>\n*Followed in this channel or by you*\n:hourglass_flowing_sand: *Marta''s handbook* · Copying pages · 76% · 2 warnings · <@U0MARTA> · <https://sandbox.slack.com/archives/C0RELEASES/p1795348802000000|Open the thread> · Confluence task 3145728001\n:hourglass_flowing_sand: *Copying pages* · 38% · <@U0TOMAS> · <https://sandbox.slack.com/archives/C0RELEASES/p1795348808000000|Open the thread> · Confluence task 3145728003","blocks":[{"type":"section","text":{"type":"mrkdwn","text":":eyes: *Watching the Confluence site 127.0.0.1 for new tasks* · <@U0MARTA>\n*Followed in this channel or by you*\n:hourglass_flowing_sand: *Marta''s handbook* · Copying pages · 76% · 2 warnings · <@U0MARTA> · <https://sandbox.slack.com/archives/C0RELEASES/p1795348802000000|Open the thread> · Confluence task 3145728001\n:hourglass_flowing_sand: *Copying pages* · 38% · <@U0TOMAS> · <https://sandbox.slack.com/archives/C0RELEASES/p1795348808000000|Open the thread> · Confluence task 3145728003","verbatim":true}}]}', 'posted', NULL, 'blocks', NULL, NULL, FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:02:33.000000', '2026-11-22 12:02:33.000000', '', NULL, NULL, '2026-11-22 12:02:33.000000', NULL, FALSE);
-- for postgresql
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO alembic_version VALUES ('2026_11_26_5');
CREATE TABLE accounts (
	id SERIAL NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	state VARCHAR(16) DEFAULT 'active' NOT NULL, 
	reason VARCHAR(64), 
	refused_since TIMESTAMP WITH TIME ZONE, 
	refused_probes INTEGER DEFAULT '0' NOT NULL, 
	probe_at TIMESTAMP WITH TIME ZONE, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_accounts PRIMARY KEY (id)
);
CREATE TABLE channels (
	team_id VARCHAR(32) NOT NULL, 
	channel_id VARCHAR(32) NOT NULL, 
	sharing VARCHAR(16), 
	asked_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	language VARCHAR(16), 
	verbosity VARCHAR(16) DEFAULT 'normal' NOT NULL, 
	titles VARCHAR(16) DEFAULT 'shown' NOT NULL, 
	broadcasts BOOLEAN DEFAULT false NOT NULL, 
	mentions_here BOOLEAN DEFAULT false NOT NULL, 
	editors VARCHAR(16) DEFAULT 'admins' NOT NULL, 
	CONSTRAINT pk_channels PRIMARY KEY (team_id, channel_id)
);
CREATE TABLE commands (
	id SERIAL NOT NULL, 
	trigger_id VARCHAR(200) NOT NULL, 
	team_id VARCHAR(32) NOT NULL, 
	enterprise_id VARCHAR(32), 
	channel_id VARCHAR(32) NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	command VARCHAR(64) NOT NULL, 
	text TEXT NOT NULL, 
	hook VARCHAR(64), 
	message_ts VARCHAR(32), 
	thread_ts VARCHAR(32), 
	response_url BYTEA, 
	uses_left INTEGER DEFAULT '5' NOT NULL, 
	claim_id VARCHAR(32), 
	claimed_until TIMESTAMP WITH TIME ZONE, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	looks INTEGER DEFAULT '0' NOT NULL, 
	not_before TIMESTAMP WITH TIME ZONE, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	answered_at TIMESTAMP WITH TIME ZONE, 
	language VARCHAR(16), 
	answer TEXT, 
	CONSTRAINT pk_commands PRIMARY KEY (id), 
	CONSTRAINT uq_commands_trigger UNIQUE (team_id, trigger_id)
);
CREATE INDEX ix_commands_created_at ON commands (created_at);
CREATE INDEX ix_commands_unanswered ON commands (created_at) WHERE answered_at IS NULL;
CREATE TABLE events (
	id VARCHAR(64) NOT NULL, 
	taken_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_events PRIMARY KEY (id)
);
CREATE INDEX ix_events_taken_at ON events (taken_at);
CREATE TABLE hooks (
	token_hash VARCHAR(64) NOT NULL, 
	team_id VARCHAR(32) NOT NULL, 
	enterprise_id VARCHAR(32), 
	channel_id VARCHAR(32) NOT NULL, 
	maker_id VARCHAR(32) NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	last_used_at TIMESTAMP WITH TIME ZONE, 
	allowed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	calls TEXT DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_hooks PRIMARY KEY (token_hash), 
	CONSTRAINT uq_hooks_channel UNIQUE (team_id, channel_id)
);
CREATE TABLE pauses (
	scope VARCHAR(120) NOT NULL, 
	until TIMESTAMP WITH TIME ZONE NOT NULL, 
	reason VARCHAR(64), 
	CONSTRAINT pk_pauses PRIMARY KEY (scope)
);
CREATE TABLE people (
	team_id VARCHAR(32) NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	membership VARCHAR(16) NOT NULL, 
	is_admin BOOLEAN DEFAULT false NOT NULL, 
	locale VARCHAR(32), 
	asked_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	language VARCHAR(16), 
	CONSTRAINT pk_people PRIMARY KEY (team_id, user_id)
);
CREATE INDEX ix_people_asked_at ON people (asked_at);
CREATE TABLE sites (
	id SERIAL NOT NULL, 
	alias VARCHAR(64) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	base_url VARCHAR(500) NOT NULL, 
	cloud_id VARCHAR(64), 
	failures INTEGER DEFAULT '0' NOT NULL, 
	down_since TIMESTAMP WITH TIME ZONE, 
	announced_at TIMESTAMP WITH TIME ZONE, 
	probe_at TIMESTAMP WITH TIME ZONE, 
	last_error VARCHAR(200), 
	CONSTRAINT pk_sites PRIMARY KEY (id), 
	CONSTRAINT uq_sites_base_url UNIQUE (base_url)
);
CREATE TABLE workspaces (
	team_id VARCHAR(32) NOT NULL, 
	enterprise_id VARCHAR(32), 
	state VARCHAR(16) DEFAULT 'active' NOT NULL, 
	reason VARCHAR(64), 
	tries INTEGER DEFAULT '0' NOT NULL, 
	next_try_at TIMESTAMP WITH TIME ZONE, 
	claim_id VARCHAR(32), 
	claimed_until TIMESTAMP WITH TIME ZONE, 
	channels_listed_at TIMESTAMP WITH TIME ZONE, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_workspaces PRIMARY KEY (team_id)
);
CREATE TABLE account_sites (
	account_id INTEGER NOT NULL, 
	site_id INTEGER NOT NULL, 
	CONSTRAINT pk_account_sites PRIMARY KEY (account_id, site_id), 
	CONSTRAINT fk_account_sites_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_account_sites_site_id FOREIGN KEY(site_id) REFERENCES sites (id) ON DELETE CASCADE
);
CREATE INDEX ix_account_sites_site_id ON account_sites (site_id);
CREATE TABLE listed_tasks (
	id SERIAL NOT NULL, 
	site_id INTEGER NOT NULL, 
	remote_id VARCHAR(128) NOT NULL, 
	snapshot TEXT NOT NULL, 
	first_listed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	last_listed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_listed_tasks PRIMARY KEY (id), 
	CONSTRAINT uq_listed_tasks_site_remote UNIQUE (site_id, remote_id), 
	CONSTRAINT fk_listed_tasks_site_id FOREIGN KEY(site_id) REFERENCES sites (id) ON DELETE CASCADE
);
CREATE INDEX ix_listed_tasks_last ON listed_tasks (site_id, last_listed_at);
CREATE TABLE long_tasks (
	id SERIAL NOT NULL, 
	site_id INTEGER NOT NULL, 
	remote_id VARCHAR(128) NOT NULL, 
	kind VARCHAR(16) DEFAULT 'other' NOT NULL, 
	snapshot TEXT, 
	samples TEXT DEFAULT '[]' NOT NULL, 
	percent FLOAT, 
	outcome VARCHAR(24) DEFAULT 'following' NOT NULL, 
	findings_digest VARCHAR(64) DEFAULT '' NOT NULL, 
	findings_seq INTEGER DEFAULT '0' NOT NULL, 
	findings_beyond INTEGER DEFAULT '0' NOT NULL, 
	due_at TIMESTAMP WITH TIME ZONE, 
	claim_id VARCHAR(32), 
	claimed_until TIMESTAMP WITH TIME ZONE, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	failing_since TIMESTAMP WITH TIME ZONE, 
	misses INTEGER DEFAULT '0' NOT NULL, 
	missed_since TIMESTAMP WITH TIME ZONE, 
	trouble VARCHAR(16), 
	trouble_since TIMESTAMP WITH TIME ZONE, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	checked_at TIMESTAMP WITH TIME ZONE, 
	asked_at TIMESTAMP WITH TIME ZONE, 
	moved_at TIMESTAMP WITH TIME ZONE, 
	unchanged_since TIMESTAMP WITH TIME ZONE, 
	ended_at TIMESTAMP WITH TIME ZONE, 
	crashes INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_long_tasks PRIMARY KEY (id), 
	CONSTRAINT uq_long_tasks_site_remote UNIQUE (site_id, remote_id), 
	CONSTRAINT fk_long_tasks_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
);
CREATE INDEX ix_long_tasks_courses ON long_tasks (site_id, kind, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX ix_long_tasks_due ON long_tasks (site_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ix_long_tasks_ended ON long_tasks (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX ix_long_tasks_resting ON long_tasks (created_at) WHERE due_at IS NULL AND ended_at IS NULL;
CREATE INDEX ix_long_tasks_trouble ON long_tasks (site_id) WHERE trouble IS NOT NULL;
CREATE TABLE site_lists (
	site_id INTEGER NOT NULL, 
	due_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	listed_at TIMESTAMP WITH TIME ZONE, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	claim_id VARCHAR(32), 
	claimed_until TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_site_lists PRIMARY KEY (site_id), 
	CONSTRAINT fk_site_lists_site_id FOREIGN KEY(site_id) REFERENCES sites (id) ON DELETE CASCADE
);
CREATE TABLE watches (
	id SERIAL NOT NULL, 
	team_id VARCHAR(32) NOT NULL, 
	channel_id VARCHAR(32) NOT NULL, 
	site_id INTEGER NOT NULL, 
	command_id INTEGER, 
	maker_id VARCHAR(32) NOT NULL, 
	kinds VARCHAR(80) NOT NULL, 
	verbosity VARCHAR(16) DEFAULT 'normal' NOT NULL, 
	language VARCHAR(16) NOT NULL, 
	state VARCHAR(16) DEFAULT 'watching' NOT NULL, 
	ended_by VARCHAR(32), 
	handled INTEGER NOT NULL, 
	passed_over INTEGER DEFAULT '0' NOT NULL, 
	gathering_since TIMESTAMP WITH TIME ZONE, 
	thread_ts VARCHAR(32), 
	claim_id VARCHAR(32), 
	claimed_until TIMESTAMP WITH TIME ZONE, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	ended_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_watches PRIMARY KEY (id), 
	CONSTRAINT fk_watches_team_id FOREIGN KEY(team_id) REFERENCES workspaces (team_id) ON DELETE CASCADE, 
	CONSTRAINT fk_watches_site_id FOREIGN KEY(site_id) REFERENCES sites (id) ON DELETE CASCADE
);
CREATE INDEX ix_watches_site_id ON watches (site_id);
CREATE INDEX ix_watches_team_id ON watches (team_id);
CREATE UNIQUE INDEX uq_watches_active ON watches (team_id, channel_id, site_id) WHERE state IN ('watching');
CREATE TABLE findings (
	long_task_id INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	identity VARCHAR(32) NOT NULL, 
	key VARCHAR(120) NOT NULL, 
	severity VARCHAR(16) NOT NULL, 
	args TEXT NOT NULL, 
	text VARCHAR(1000), 
	count INTEGER, 
	first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_findings PRIMARY KEY (long_task_id, seq), 
	CONSTRAINT uq_findings_identity UNIQUE (long_task_id, identity), 
	CONSTRAINT fk_findings_long_task_id FOREIGN KEY(long_task_id) REFERENCES long_tasks (id) ON DELETE CASCADE
);
CREATE TABLE gathered_tasks (
	watch_id INTEGER NOT NULL, 
	remote_id VARCHAR(128) NOT NULL, 
	snapshot TEXT NOT NULL, 
	gathered_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_gathered_tasks PRIMARY KEY (watch_id, remote_id), 
	CONSTRAINT fk_gathered_tasks_watch_id FOREIGN KEY(watch_id) REFERENCES watches (id) ON DELETE CASCADE
);
CREATE TABLE subscriptions (
	id SERIAL NOT NULL, 
	long_task_id INTEGER NOT NULL, 
	team_id VARCHAR NOT NULL, 
	channel_id VARCHAR(32) NOT NULL, 
	command_id INTEGER, 
	watch_id INTEGER, 
	owner_id VARCHAR(32), 
	by_script BOOLEAN DEFAULT false NOT NULL, 
	state VARCHAR(16) DEFAULT 'starting' NOT NULL, 
	reason VARCHAR(64), 
	outcome VARCHAR(24) DEFAULT 'following' NOT NULL, 
	stopped_by VARCHAR(32), 
	language VARCHAR(16) NOT NULL, 
	verbosity VARCHAR(16) DEFAULT 'normal' NOT NULL, 
	titles VARCHAR(16) DEFAULT 'shown' NOT NULL, 
	label VARCHAR(80), 
	thread_ts VARCHAR(32), 
	is_foreign BOOLEAN DEFAULT false NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	ended_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_subscriptions PRIMARY KEY (id), 
	CONSTRAINT fk_subscriptions_long_task_id FOREIGN KEY(long_task_id) REFERENCES long_tasks (id) ON DELETE CASCADE, 
	CONSTRAINT fk_subscriptions_team_id FOREIGN KEY(team_id) REFERENCES workspaces (team_id) ON DELETE CASCADE, 
	CONSTRAINT fk_subscriptions_watch_id FOREIGN KEY(watch_id) REFERENCES watches (id) ON DELETE SET NULL
);
CREATE INDEX ix_subscriptions_channel ON subscriptions (team_id, channel_id, state);
CREATE INDEX ix_subscriptions_long_task ON subscriptions (long_task_id);
CREATE INDEX ix_subscriptions_owner ON subscriptions (team_id, owner_id, state);
CREATE INDEX ix_subscriptions_watch ON subscriptions (watch_id) WHERE watch_id IS NOT NULL;
CREATE UNIQUE INDEX uq_subscriptions_active ON subscriptions (long_task_id, team_id, channel_id) WHERE state IN ('starting', 'following');
CREATE TABLE viewers (
	long_task_id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	looked_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_viewers PRIMARY KEY (long_task_id, account_id), 
	CONSTRAINT fk_viewers_long_task_id FOREIGN KEY(long_task_id) REFERENCES long_tasks (id) ON DELETE CASCADE, 
	CONSTRAINT fk_viewers_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_viewers_account_id ON viewers (account_id);
CREATE TABLE followers (
	subscription_id INTEGER NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	account_id INTEGER, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_followers PRIMARY KEY (subscription_id, user_id), 
	CONSTRAINT fk_followers_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id) ON DELETE CASCADE, 
	CONSTRAINT fk_followers_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE SET NULL
);
CREATE INDEX ix_followers_account_id ON followers (account_id);
CREATE INDEX ix_followers_user ON followers (user_id);
CREATE TABLE messages (
	id SERIAL NOT NULL, 
	marker VARCHAR(64) NOT NULL, 
	team_id VARCHAR(32) NOT NULL, 
	subscription_id INTEGER, 
	command_id INTEGER, 
	watch_id INTEGER, 
	user_id VARCHAR(32), 
	kind VARCHAR(16) NOT NULL, 
	facts TEXT NOT NULL, 
	state VARCHAR(16) DEFAULT 'planned' NOT NULL, 
	reason VARCHAR(64), 
	form VARCHAR(16) DEFAULT 'blocks' NOT NULL, 
	channel_id VARCHAR(64), 
	ts VARCHAR(64), 
	ambiguous BOOLEAN DEFAULT false NOT NULL, 
	edit_ambiguous BOOLEAN DEFAULT false NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	unknown_answers INTEGER DEFAULT '0' NOT NULL, 
	not_before TIMESTAMP WITH TIME ZONE, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	posted_at TIMESTAMP WITH TIME ZONE, 
	shown VARCHAR(64), 
	shown_percent FLOAT, 
	shown_end TIMESTAMP WITH TIME ZONE, 
	shown_at TIMESTAMP WITH TIME ZONE, 
	stale_since TIMESTAMP WITH TIME ZONE, 
	terminal BOOLEAN DEFAULT false NOT NULL, 
	CONSTRAINT pk_messages PRIMARY KEY (id), 
	CONSTRAINT uq_messages_marker UNIQUE (marker), 
	CONSTRAINT fk_messages_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id) ON DELETE CASCADE, 
	CONSTRAINT fk_messages_command_id FOREIGN KEY(command_id) REFERENCES commands (id) ON DELETE CASCADE, 
	CONSTRAINT fk_messages_watch_id FOREIGN KEY(watch_id) REFERENCES watches (id) ON DELETE CASCADE
);
CREATE INDEX ix_messages_command ON messages (command_id);
CREATE INDEX ix_messages_editing ON messages (team_id) WHERE state IN ('editing');
CREATE INDEX ix_messages_stale ON messages (team_id, stale_since) WHERE stale_since IS NOT NULL;
CREATE INDEX ix_messages_subscription ON messages (subscription_id, kind);
CREATE INDEX ix_messages_waiting ON messages (team_id, subscription_id, id) WHERE state IN ('planned', 'sending');
CREATE INDEX ix_messages_watch ON messages (watch_id) WHERE watch_id IS NOT NULL;
CREATE UNIQUE INDEX uq_messages_home ON messages (team_id, user_id) WHERE kind IN ('home');
INSERT INTO accounts ("id", "kind", "state", "reason", "refused_since", "refused_probes", "probe_at", "created_at") VALUES (1, 'operator', 'active', NULL, NULL, 0, NULL, '2026-11-22 12:00:00.000000+00');
SELECT setval(pg_get_serial_sequence('accounts', 'id'), 1);
INSERT INTO channels ("team_id", "channel_id", "sharing", "asked_at", "language", "verbosity", "titles", "broadcasts", "mentions_here", "editors") VALUES ('T0SANDBOX', 'C0RELEASES', 'own', '2026-11-22 12:00:00.000000+00', 'de', 'normal', 'shown', FALSE, FALSE, 'admins');
INSERT INTO channels ("team_id", "channel_id", "sharing", "asked_at", "language", "verbosity", "titles", "broadcasts", "mentions_here", "editors") VALUES ('T0SANDBOX', 'D0SIM000019', 'hidden', '2026-11-22 12:00:04.000000+00', NULL, 'normal', 'shown', FALSE, FALSE, 'admins');
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (1, '1.2.TR0SIM000003', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0MARTA', '/longtask', '3145728001 as "Marta''s handbook"', NULL, NULL, NULL, '\x67414141414142724349735a484f3550326866736d47626e596564545748474f6b7a2d4c4b675531306d4d66575a716a50342d554e4774447130574b7a6a4a366d4b4a395a587479444a334136333652436d4a764b794a583931774e6d6e6f6a70744f4a364c323861504f512d7a676d42584f7573326f78663955397334364f484749744444377a794e327054643734784441435f5561525a436d636338654a51673d3d', 5, NULL, NULL, 1, 0, NULL, '2026-11-22 12:00:00.000000+00', '2026-11-22 12:00:00.000000+00', 'en', NULL);
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (2, '20.21.TR0SIM000022', 'T0SANDBOX', NULL, 'D0SIM000019', 'U0MARTA', '/longtask', '3145728002', NULL, NULL, NULL, '\x67414141414142724349736177424264547762554a5a645f346b446d74337835726f4e664e6e3543774342795049302d6e32657633524c45343764625a316f76634a36355543477671337561734f493367706b467438487471415477474b7a6d6e714e5a61446761554c626d43587250646b6a79487637353633736c6249444c5f544b30624d695338447241693756704d30385668467a45453367354567435358513d3d', 5, NULL, NULL, 1, 0, NULL, '2026-11-22 12:00:04.000000+00', '2026-11-22 12:00:04.000000+00', 'en', NULL);
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (3, '29.30.TR0SIM000031', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0MARTA', '/longtask', 'watch', NULL, NULL, NULL, '\x6741414141414272434973626563625a4f356970347236453270444163616c726744525943654f59364b795263564d38447867575969446348694763445a425859333932657751634336584547524132336c357847626d316c616f4655717a6731344d4b2d446238586b36345430526c4f667333645257682d66683543696a574d6a726673553878636d31644a4635634d3841747235646e65366f63567a4d6d68673d3d', 4, NULL, NULL, 1, 0, NULL, '2026-11-22 12:00:06.000000+00', '2026-11-22 12:00:06.000000+00', 'en', NULL);
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (4, '40.41.TR0SIM000042', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0TOMAS', '/longtask', '3145728003', NULL, NULL, NULL, '\x674141414141427243497362544a4c616539665776723949576b36686e6572557a48506e4466757830786f43355f536e4a414352726373625f4a7735456f546c69707974482d4d6f323279693879796462764f4d4b4b3255563539434d65365f616938465561677453506d596b44305f6f516f5650486a477a666d68432d796e49365154564d46394f53506135452d5136494e5331354249462d355739514c7453513d3d', 5, NULL, NULL, 1, 0, NULL, '2026-11-22 12:00:06.000000+00', '2026-11-22 12:00:06.000000+00', 'en', NULL);
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (5, '49.50.TR0SIM000051', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0TOMAS', '/longtask', '3145728004', NULL, NULL, NULL, '\x67414141414142724349736357564e517a4a58467142614c7437584b533271554f743038746273486d4e61556851797875315364486f72422d3245654f2d5f6f48757a593037684c4231696f54655a525f36693370475a3232646f754263746d7477543753526d676d436b387a32742d514b627738445f4975526552574f59706c6d5a345342444e6f53365145454d634b4d79564d753858793751556139502d74413d3d', 5, NULL, NULL, 1, 0, NULL, '2026-11-22 12:00:10.000000+00', '2026-11-22 12:00:10.000000+00', 'en', NULL);
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (6, '58.59.TR0SIM000060', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0MARTA', '/longtask', 'stop 3145728004', NULL, NULL, NULL, '\x674141414141427243497364726e7a482d4b47676554665549513859626f4561666f4e74497057743466333873645161346e795a5148436b616b475a495955485a674578556a6f4f5f443056794b6279712d42303332786430396d30535f536268625130724e61555a596d436e384541525157455769797a67475868354c48383172344b6c3931675a6a4c71644d53654c6b454b7433344f575961365159507061513d3d', 4, NULL, NULL, 1, 0, NULL, '2026-11-22 12:00:14.000000+00', '2026-11-22 12:00:14.000000+00', 'en', NULL);
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (7, '72.73.TR0SIM000074', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0MARTA', '/longtask', 'hook', NULL, NULL, NULL, '\x67414141414142724349736543325f6374376c433032703265614b4d4330417a77636f32514c5a7255724650564a675a7649467076634a73306448596133352d37595f416c49587a5538626c7a787a4e6d5a693241476a72456958736c784c574e4d7237615a7462496354306f326c7568676441394a326870493877583976526452614f4165514e5a4f5a663047353159324d666a75387675484a57794942414c413d3d', 4, NULL, NULL, 1, 0, NULL, '2026-11-22 12:00:14.000000+00', '2026-11-22 12:00:14.000000+00', 'en', NULL);
INSERT INTO commands ("id", "trigger_id", "team_id", "enterprise_id", "channel_id", "user_id", "command", "text", "hook", "message_ts", "thread_ts", "response_url", "uses_left", "claim_id", "claimed_until", "attempts", "looks", "not_before", "created_at", "answered_at", "language", "answer") VALUES (8, '182.183.TR0SIM000184', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0TOMAS', '/longtask', 'list', NULL, NULL, NULL, '\x67414141414142724349736e6e6242325365506271696a6c5779375933693372703951637a326e6b62674b4b4d515f4c6837425231576e3970417647537559336d4b4b6339495978686f53494c6b73794a61645f42694f324b674555644e354c7456575841534773522d38485131637a44776d773935744957546a384657534d774b4632477745536c416c76764c364b5f794f495a4166547a5552774649555663513d3d', 4, NULL, NULL, 1, 0, NULL, '2026-11-22 12:02:33.000000+00', '2026-11-22 12:02:33.000000+00', 'en', NULL);
SELECT setval(pg_get_serial_sequence('commands', 'id'), 8);
INSERT INTO events ("id", "taken_at") VALUES ('key-cc2103e68a7c4ea962e9a5ad723ca8fc', '2026-11-22 12:00:04.000000+00');
INSERT INTO events ("id", "taken_at") VALUES ('key-fc415fbe21e2ae8f2f7af02304b0ea3d', '2026-11-22 12:00:14.000000+00');
INSERT INTO events ("id", "taken_at") VALUES ('key-2b2f2221d10ed3e3d16296b21a5a9da1', '2026-11-22 12:00:14.000000+00');
INSERT INTO hooks ("token_hash", "team_id", "enterprise_id", "channel_id", "maker_id", "created_at", "last_used_at", "allowed_at", "calls") VALUES ('a7ae33eec63e140244704b8a803d0f4bd44a56685a1b408923674023fca64239', 'T0SANDBOX', NULL, 'C0RELEASES', 'U0MARTA', '2026-11-22 12:00:14.000000+00', NULL, '2026-11-22 12:00:14.000000+00', '[]');
INSERT INTO pauses ("scope", "until", "reason") VALUES ('slack:T0SANDBOX:users.info', '2026-11-22 12:02:37.000000+00', '429');
INSERT INTO people ("team_id", "user_id", "membership", "is_admin", "locale", "asked_at", "language") VALUES ('T0SANDBOX', 'U0MARTA', 'member', FALSE, 'en-US', '2026-11-22 12:00:00.000000+00', NULL);
INSERT INTO people ("team_id", "user_id", "membership", "is_admin", "locale", "asked_at", "language") VALUES ('T0SANDBOX', 'U0TOMAS', 'member', FALSE, 'en-US', '2026-11-22 12:00:04.000000+00', NULL);
INSERT INTO sites ("id", "alias", "kind", "base_url", "cloud_id", "failures", "down_since", "announced_at", "probe_at", "last_error") VALUES (1, '127.0.0.1', 'cloud', 'https://confluence.example', NULL, 0, NULL, NULL, NULL, NULL);
SELECT setval(pg_get_serial_sequence('sites', 'id'), 1);
INSERT INTO workspaces ("team_id", "enterprise_id", "state", "reason", "tries", "next_try_at", "claim_id", "claimed_until", "channels_listed_at", "created_at") VALUES ('T0SANDBOX', NULL, 'active', NULL, 0, NULL, '445a93e81ac403c63a3da141220f5c55', '2026-11-22 12:02:44.000000+00', NULL, '2026-11-22 12:00:00.000000+00');
INSERT INTO account_sites ("account_id", "site_id") VALUES (1, 1);
INSERT INTO listed_tasks ("id", "site_id", "remote_id", "snapshot", "first_listed_at", "last_listed_at") VALUES (1, 1, '3145728002', '{"remote_id":"3145728002","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":2000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}', '2026-11-22 12:00:06.000000+00', '2026-11-22 12:00:06.000000+00');
INSERT INTO listed_tasks ("id", "site_id", "remote_id", "snapshot", "first_listed_at", "last_listed_at") VALUES (2, 1, '3145728001', '{"remote_id":"3145728001","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":6000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}', '2026-11-22 12:00:06.000000+00', '2026-11-22 12:00:06.000000+00');
INSERT INTO listed_tasks ("id", "site_id", "remote_id", "snapshot", "first_listed_at", "last_listed_at") VALUES (3, 1, '3145728003', '{"remote_id":"3145728003","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":12000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}', '2026-11-22 12:00:18.000000+00', '2026-11-22 12:00:18.000000+00');
INSERT INTO listed_tasks ("id", "site_id", "remote_id", "snapshot", "first_listed_at", "last_listed_at") VALUES (4, 1, '3145728004', '{"remote_id":"3145728004","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":8000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}', '2026-11-22 12:00:18.000000+00', '2026-11-22 12:00:18.000000+00');
SELECT setval(pg_get_serial_sequence('listed_tasks', 'id'), 4);
INSERT INTO long_tasks ("id", "site_id", "remote_id", "kind", "snapshot", "samples", "percent", "outcome", "findings_digest", "findings_seq", "findings_beyond", "due_at", "claim_id", "claimed_until", "failures", "failing_since", "misses", "missed_since", "trouble", "trouble_since", "created_at", "checked_at", "asked_at", "moved_at", "unchanged_since", "ended_at", "crashes") VALUES (1, 1, '3145728001', 'copy', '{"remote_id":"3145728001","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":76.0,"elapsed_ms":153000,"successful":false,"finished":false,"status":{"key":"STATUS_COPIED_PAGES","args":["40","42"]},"done":40,"total":42,"findings_digest":"fed32481595861078cc42d9a99034566.2.0","findings_count":2}', '[[1795348800.0,0.0,null],[1795348883.0,38.0,20],[1795348953.0,76.0,40]]', 76.0, 'following', 'fed32481595861078cc42d9a99034566.2.0', 2, 0, '2026-11-22 12:02:39.916479+00', NULL, NULL, 0, NULL, 0, NULL, NULL, NULL, '2026-11-22 12:00:00.000000+00', '2026-11-22 12:02:33.000000+00', NULL, '2026-11-22 12:02:33.000000+00', '2026-11-22 12:02:33.000000+00', NULL, 0);
INSERT INTO long_tasks ("id", "site_id", "remote_id", "kind", "snapshot", "samples", "percent", "outcome", "findings_digest", "findings_seq", "findings_beyond", "due_at", "claim_id", "claimed_until", "failures", "failing_since", "misses", "missed_since", "trouble", "trouble_since", "created_at", "checked_at", "asked_at", "moved_at", "unchanged_since", "ended_at", "crashes") VALUES (2, 1, '3145728002', 'copy', '{"remote_id":"3145728002","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":38.0,"elapsed_ms":84000,"successful":false,"finished":false,"status":{"key":"STATUS_COPIED_PAGES","args":["20","42"]},"done":20,"total":42}', '[[1795348804.0,0.0,null],[1795348888.0,38.0,20]]', 38.0, 'following', '', 0, 0, '2026-11-22 12:02:39.916479+00', NULL, NULL, 0, NULL, 0, NULL, NULL, NULL, '2026-11-22 12:00:04.000000+00', '2026-11-22 12:02:33.000000+00', NULL, '2026-11-22 12:01:28.000000+00', '2026-11-22 12:01:28.000000+00', NULL, 0);
INSERT INTO long_tasks ("id", "site_id", "remote_id", "kind", "snapshot", "samples", "percent", "outcome", "findings_digest", "findings_seq", "findings_beyond", "due_at", "claim_id", "claimed_until", "failures", "failing_since", "misses", "missed_since", "trouble", "trouble_since", "created_at", "checked_at", "asked_at", "moved_at", "unchanged_since", "ended_at", "crashes") VALUES (3, 1, '3145728003', 'copy', '{"remote_id":"3145728003","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":38.0,"elapsed_ms":82000,"successful":false,"finished":false,"status":{"key":"STATUS_COPIED_PAGES","args":["20","42"]},"done":20,"total":42}', '[[1795348806.0,0.0,null],[1795348888.0,38.0,20]]', 38.0, 'following', '', 0, 0, '2026-11-22 12:02:39.916479+00', NULL, NULL, 0, NULL, 0, NULL, NULL, NULL, '2026-11-22 12:00:06.000000+00', '2026-11-22 12:02:33.000000+00', NULL, '2026-11-22 12:01:28.000000+00', '2026-11-22 12:01:28.000000+00', NULL, 0);
INSERT INTO long_tasks ("id", "site_id", "remote_id", "kind", "snapshot", "samples", "percent", "outcome", "findings_digest", "findings_seq", "findings_beyond", "due_at", "claim_id", "claimed_until", "failures", "failing_since", "misses", "missed_since", "trouble", "trouble_since", "created_at", "checked_at", "asked_at", "moved_at", "unchanged_since", "ended_at", "crashes") VALUES (4, 1, '3145728004', 'copy', '{"remote_id":"3145728004","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":0,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}', '[[1795348810.0,0.0,null]]', 0.0, 'following', '', 0, 0, NULL, NULL, NULL, 0, NULL, 0, NULL, NULL, NULL, '2026-11-22 12:00:10.000000+00', '2026-11-22 12:00:14.000000+00', NULL, '2026-11-22 12:00:10.000000+00', '2026-11-22 12:00:10.000000+00', NULL, 0);
SELECT setval(pg_get_serial_sequence('long_tasks', 'id'), 4);
INSERT INTO site_lists ("site_id", "due_at", "listed_at", "failures", "claim_id", "claimed_until") VALUES (1, '2026-11-22 12:02:37.916479+00', '2026-11-22 12:02:33.000000+00', 0, NULL, NULL);
INSERT INTO watches ("id", "team_id", "channel_id", "site_id", "command_id", "maker_id", "kinds", "verbosity", "language", "state", "ended_by", "handled", "passed_over", "gathering_since", "thread_ts", "claim_id", "claimed_until", "created_at", "ended_at") VALUES (1, 'T0SANDBOX', 'C0RELEASES', 1, 3, 'U0MARTA', '', 'normal', 'en', 'watching', NULL, 4, 0, NULL, '1795348806.000002', NULL, NULL, '2026-11-22 12:00:06.000000+00', NULL);
SELECT setval(pg_get_serial_sequence('watches', 'id'), 1);
INSERT INTO findings ("long_task_id", "seq", "identity", "key", "severity", "args", "text", "count", "first_seen_at") VALUES (1, 1, 'f7bc1d6126ce28ea4c4435ec762ec05a', 'WARN_RENAME_PAGE', 'warning', '["Team handbook","Team handbook (2)"]', NULL, NULL, '2026-11-22 12:02:33.000000+00');
INSERT INTO findings ("long_task_id", "seq", "identity", "key", "severity", "args", "text", "count", "first_seen_at") VALUES (1, 2, '6819d18aa518f3ce01583132ea851c21', 'WARN_RENAME_PAGE', 'warning', '["On-call <rota> & *escalation*","On-call <rota> & *escalation* (2)"]', NULL, NULL, '2026-11-22 12:02:33.000000+00');
INSERT INTO gathered_tasks ("watch_id", "remote_id", "snapshot", "gathered_at") VALUES (1, '4711', '{"remote_id": "4711"}', '2026-11-22 12:02:34.000000+00');
INSERT INTO subscriptions ("id", "long_task_id", "team_id", "channel_id", "command_id", "watch_id", "owner_id", "by_script", "state", "reason", "outcome", "stopped_by", "language", "verbosity", "titles", "label", "thread_ts", "is_foreign", "created_at", "ended_at") VALUES (1, 1, 'T0SANDBOX', 'C0RELEASES', 1, NULL, 'U0MARTA', FALSE, 'following', NULL, 'following', NULL, 'en', 'normal', 'shown', 'Marta''s handbook', '1795348802.000000', FALSE, '2026-11-22 12:00:00.000000+00', NULL);
INSERT INTO subscriptions ("id", "long_task_id", "team_id", "channel_id", "command_id", "watch_id", "owner_id", "by_script", "state", "reason", "outcome", "stopped_by", "language", "verbosity", "titles", "label", "thread_ts", "is_foreign", "created_at", "ended_at") VALUES (2, 2, 'T0SANDBOX', 'D0SIM000019', 2, NULL, 'U0MARTA', FALSE, 'following', NULL, 'following', NULL, 'en', 'normal', 'shown', NULL, '1795348804.000003', FALSE, '2026-11-22 12:00:04.000000+00', NULL);
INSERT INTO subscriptions ("id", "long_task_id", "team_id", "channel_id", "command_id", "watch_id", "owner_id", "by_script", "state", "reason", "outcome", "stopped_by", "language", "verbosity", "titles", "label", "thread_ts", "is_foreign", "created_at", "ended_at") VALUES (3, 3, 'T0SANDBOX', 'C0RELEASES', 4, NULL, 'U0TOMAS', FALSE, 'following', NULL, 'following', NULL, 'en', 'normal', 'shown', NULL, '1795348808.000000', FALSE, '2026-11-22 12:00:06.000000+00', NULL);
INSERT INTO subscriptions ("id", "long_task_id", "team_id", "channel_id", "command_id", "watch_id", "owner_id", "by_script", "state", "reason", "outcome", "stopped_by", "language", "verbosity", "titles", "label", "thread_ts", "is_foreign", "created_at", "ended_at") VALUES (4, 4, 'T0SANDBOX', 'C0RELEASES', 5, NULL, 'U0TOMAS', FALSE, 'stopped', NULL, 'stopped', 'U0MARTA', 'en', 'normal', 'shown', NULL, '1795348812.000000', FALSE, '2026-11-22 12:00:10.000000+00', '2026-11-22 12:00:14.000000+00');
SELECT setval(pg_get_serial_sequence('subscriptions', 'id'), 4);
INSERT INTO viewers ("long_task_id", "account_id", "looked_at") VALUES (1, 1, '2026-11-22 12:00:00.000000+00');
INSERT INTO viewers ("long_task_id", "account_id", "looked_at") VALUES (2, 1, '2026-11-22 12:00:04.000000+00');
INSERT INTO viewers ("long_task_id", "account_id", "looked_at") VALUES (3, 1, '2026-11-22 12:00:06.000000+00');
INSERT INTO viewers ("long_task_id", "account_id", "looked_at") VALUES (4, 1, '2026-11-22 12:00:10.000000+00');
INSERT INTO followers ("subscription_id", "user_id", "account_id", "created_at") VALUES (1, 'U0MARTA', 1, '2026-11-22 12:00:00.000000+00');
INSERT INTO followers ("subscription_id", "user_id", "account_id", "created_at") VALUES (1, 'U0TOMAS', 1, '2026-11-22 12:00:04.000000+00');
INSERT INTO followers ("subscription_id", "user_id", "account_id", "created_at") VALUES (2, 'U0MARTA', 1, '2026-11-22 12:00:04.000000+00');
INSERT INTO followers ("subscription_id", "user_id", "account_id", "created_at") VALUES (3, 'U0TOMAS', 1, '2026-11-22 12:00:06.000000+00');
INSERT INTO followers ("subscription_id", "user_id", "account_id", "created_at") VALUES (4, 'U0TOMAS', 1, '2026-11-22 12:00:10.000000+00');
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (1, 'coming-1', 'T0SANDBOX', NULL, 1, NULL, 'U0MARTA', 'private', '{"type":"coming","remote_ids":["3145728001"],"begins":true}', 'dropped', 'not needed any more', 'blocks', NULL, NULL, FALSE, FALSE, 0, 0, '2026-11-22 12:00:03.000000+00', '2026-11-22 12:00:00.000000+00', NULL, NULL, NULL, NULL, NULL, NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (2, '3afe2bfe18b77e007fb4c03b', 'T0SANDBOX', 1, NULL, NULL, NULL, 'root', '{"type":"root"}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348802.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:00.000000+00', '2026-11-22 12:00:02.000000+00', 'ae441f5ce276b4664340be92adb391fd', 0.0, NULL, NULL, '2026-11-22 12:02:34.000000+00', FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (3, 'a31ce01c5e8261cd7909bb3b', 'T0SANDBOX', 1, NULL, NULL, NULL, 'card', '{"type":"card"}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348804.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:00.000000+00', '2026-11-22 12:00:04.000000+00', '1014b3e084a838d75eb5388abb8ed6bd', 76.0, NULL, NULL, '2026-11-22 12:02:34.000000+00', FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (4, 'coming-2', 'T0SANDBOX', NULL, 2, NULL, 'U0MARTA', 'private', '{"type":"coming","remote_ids":["3145728002"],"begins":true}', 'dropped', 'not needed any more', 'blocks', NULL, NULL, FALSE, FALSE, 0, 0, '2026-11-22 12:00:07.000000+00', '2026-11-22 12:00:04.000000+00', NULL, NULL, NULL, NULL, NULL, NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (5, '3ea333ba326a73b0a6e0a36d', 'T0SANDBOX', 2, NULL, NULL, NULL, 'root', '{"type":"root"}', 'posted', NULL, 'blocks', 'D0SIM000019', '1795348804.000003', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:04.000000+00', '2026-11-22 12:00:04.000000+00', 'ffaa652db763a46e0d11fa220d648a35', 0.0, NULL, '2026-11-22 12:00:04.000000+00', NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (6, '3aa3864a64666ee0e5e092cc', 'T0SANDBOX', 2, NULL, NULL, NULL, 'card', '{"type":"card"}', 'posted', NULL, 'blocks', 'D0SIM000019', '1795348806.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:04.000000+00', '2026-11-22 12:00:06.000000+00', '324fe360934bd2181885f016b00e8f20', 38.0, NULL, '2026-11-22 12:01:28.000000+00', NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (7, '4d17ad3e0e9b92d69c010310', 'T0SANDBOX', NULL, NULL, 1, NULL, 'watch_root', '{"type":"watch_root"}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348806.000002', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:06.000000+00', '2026-11-22 12:00:06.000000+00', '809b68fc2d429b73a6b611ad7c824d92', NULL, NULL, '2026-11-22 12:00:06.000000+00', NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (8, '69f1f7c9b62c1ce7f03bf046', 'T0SANDBOX', NULL, 3, NULL, 'U0MARTA', 'private', '{"type":"answer","text":"These were running already, so the watch doesn''t follow them by itself:\n*Copying pages* · 0% · for 2 sec · Confluence task 3145728002\n*Marta''s handbook* · Copying pages · 0% · for 6 sec · followed here · Confluence task 3145728001\nYou can follow any task whose ID you know: `/longtask 3145728001`. `/longtask help` says where to find the ID.","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"These were running already, so the watch doesn''t follow them by itself:","verbatim":true}},{"type":"section","text":{"type":"mrkdwn","text":"*Copying pages* · 0% · for 2 sec · Confluence task 3145728002","verbatim":true},"accessory":{"type":"button","action_id":"follow_listed:0","text":{"type":"plain_text","text":"Follow","emoji":false},"accessibility_label":"Follow: Copying pages · 3145728002","value":"1/3145728002"}},{"type":"section","text":{"type":"mrkdwn","text":"*Marta''s handbook* · Copying pages · 0% · for 6 sec · followed here · Confluence task 3145728001","verbatim":true},"accessory":{"type":"button","action_id":"open_thread:1","text":{"type":"plain_text","text":"Open the thread","emoji":false},"accessibility_label":"Open the thread: Marta''s handbook · Copying pages · 3145728001","url":"https://sandbox.slack.com/archives/C0RELEASES/p1795348802000000"}},{"type":"context","elements":[{"type":"mrkdwn","text":"You can follow any task whose ID you know: `/longtask 3145728001`. `/longtask help` says where to find the ID.","verbatim":true}]}]}', 'posted', NULL, 'blocks', NULL, NULL, FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:06.000000+00', '2026-11-22 12:00:06.000000+00', '', NULL, NULL, '2026-11-22 12:00:06.000000+00', NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (9, 'coming-4', 'T0SANDBOX', NULL, 4, NULL, 'U0TOMAS', 'private', '{"type":"coming","remote_ids":["3145728003"],"begins":true}', 'dropped', 'not needed any more', 'blocks', NULL, NULL, FALSE, FALSE, 0, 0, '2026-11-22 12:00:09.000000+00', '2026-11-22 12:00:06.000000+00', NULL, NULL, NULL, NULL, NULL, NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (10, '73282d51f4aa9a697554a52c', 'T0SANDBOX', 3, NULL, NULL, NULL, 'root', '{"type":"root"}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348808.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:06.000000+00', '2026-11-22 12:00:08.000000+00', '15bc9df03c7a25c099e11d08a70f9865', 0.0, NULL, NULL, '2026-11-22 12:02:34.000000+00', FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (11, 'ef749e5f99b86e94c833abfb', 'T0SANDBOX', 3, NULL, NULL, NULL, 'card', '{"type":"card"}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348810.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:06.000000+00', '2026-11-22 12:00:10.000000+00', 'be850079474a9359c63d1d4b37649a2f', 38.0, NULL, NULL, '2026-11-22 12:02:34.000000+00', FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (12, 'coming-5', 'T0SANDBOX', NULL, 5, NULL, 'U0TOMAS', 'private', '{"type":"coming","remote_ids":["3145728004"],"begins":true}', 'dropped', 'not needed any more', 'blocks', NULL, NULL, FALSE, FALSE, 0, 0, '2026-11-22 12:00:13.000000+00', '2026-11-22 12:00:10.000000+00', NULL, NULL, NULL, NULL, NULL, NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (13, 'a6b4fc3077e0646ecaec5113', 'T0SANDBOX', 4, NULL, NULL, NULL, 'root', '{"type":"root"}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348812.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:10.000000+00', '2026-11-22 12:00:12.000000+00', '2078a6322da5581bb5fe8f0377ad5d2a', 0.0, NULL, NULL, '2026-11-22 12:02:34.000000+00', TRUE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (14, '57a008ef602fa0db4e80c01a', 'T0SANDBOX', 4, NULL, NULL, NULL, 'card', '{"type":"card"}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348814.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:10.000000+00', '2026-11-22 12:00:14.000000+00', 'a2d8f27210b4dee66ed6862a82500d5d', 0.0, NULL, NULL, '2026-11-22 12:02:34.000000+00', TRUE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (15, '6782e6a468c7f837d3757ff9', 'T0SANDBOX', 4, NULL, NULL, 'U0TOMAS', 'direct', '{"type":"stopped_by_other","by":"U0MARTA"}', 'posted', NULL, 'blocks', 'D0SIM000062', '1795348814.000001', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:14.000000+00', '2026-11-22 12:00:14.000000+00', '03054ded776841559c4b351d750b0b5b', 0.0, NULL, '2026-11-22 12:00:14.000000+00', NULL, TRUE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (16, '88f096b8a89805e9fc512f0e', 'T0SANDBOX', NULL, 6, NULL, 'U0MARTA', 'private', '{"type":"answer","text":"This channel no longer follows task 3145728004. Confluence carries on with it. <https://sandbox.slack.com/archives/C0RELEASES/p1795348812000000|Open the thread>","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"This channel no longer follows task 3145728004. Confluence carries on with it. <https://sandbox.slack.com/archives/C0RELEASES/p1795348812000000|Open the thread>","verbatim":true}}]}', 'posted', NULL, 'blocks', NULL, NULL, FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:00:14.000000+00', '2026-11-22 12:00:14.000000+00', '', NULL, NULL, '2026-11-22 12:00:14.000000+00', NULL, FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (17, '1da7d7b9223188e49f5180c3', 'T0SANDBOX', NULL, NULL, NULL, 'U0MARTA', 'home', '{"type":"home","opened_at":"2026-11-22T12:00:14Z","channels":{"at":"2026-11-22T12:00:14Z","ids":["C0RELEASES"]},"running":{"at":"2026-11-22T12:00:14Z","tasks":[{"site_id":1,"snapshot":{"remote_id":"3145728004","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":4000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}},{"site_id":1,"snapshot":{"remote_id":"3145728003","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":8000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}},{"site_id":1,"snapshot":{"remote_id":"3145728002","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":10000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}},{"site_id":1,"snapshot":{"remote_id":"3145728001","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":14000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}}]}}', 'posted', NULL, 'blocks', 'VHOMET0SANDBOXU0MARTA', '1795348890.000177', FALSE, FALSE, 0, 0, '2026-11-22 12:02:45.500000+00', '2026-11-22 12:00:14.000000+00', '2026-11-22 12:00:14.000000+00', '5bf2b1973f6f0a22b7fc46ed8b9868c3', NULL, NULL, '2026-11-22 12:01:30.500000+00', '2026-11-22 12:02:30.500000+00', FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (18, '8a91a46ae36a0da66fede2ac', 'T0SANDBOX', NULL, NULL, NULL, 'U0TOMAS', 'home', '{"type":"home","opened_at":"2026-11-22T12:00:14Z","channels":{"at":"2026-11-22T12:00:14Z","ids":["C0RELEASES"]},"running":{"at":"2026-11-22T12:00:14Z","tasks":[{"site_id":1,"snapshot":{"remote_id":"3145728004","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":4000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}},{"site_id":1,"snapshot":{"remote_id":"3145728003","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":8000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}},{"site_id":1,"snapshot":{"remote_id":"3145728002","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":10000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}},{"site_id":1,"snapshot":{"remote_id":"3145728001","name_key":"com.atlassian.confluence.example.copypagehierarchy","kind":"copy","percent":0.0,"elapsed_ms":14000,"successful":false,"finished":false,"status":{"key":"INITIALIZING_TASK"}}}]}}', 'posted', NULL, 'blocks', 'VHOMET0SANDBOXU0TOMAS', '1795348890.000156', FALSE, FALSE, 0, 0, '2026-11-22 12:02:45.500000+00', '2026-11-22 12:00:14.000000+00', '2026-11-22 12:00:14.000000+00', 'ee97728d166f5b596f66f663ce2357d2', NULL, NULL, '2026-11-22 12:01:30.500000+00', '2026-11-22 12:02:30.500000+00', FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (19, '5210e9a1c74185621a1ec19b', 'T0SANDBOX', 1, NULL, NULL, NULL, 'warnings', '{"type":"warnings","kind":{"key":"WARN_RENAME_PAGE","severity":"warning"},"earlier":false}', 'posted', NULL, 'blocks', 'C0RELEASES', '1795348953.000000', FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:02:33.000000+00', '2026-11-22 12:02:33.000000+00', 'b6c6a858c4e6cb684483486604561347', 76.0, NULL, NULL, '2026-11-22 12:02:34.000000+00', FALSE);
INSERT INTO messages ("id", "marker", "team_id", "subscription_id", "command_id", "watch_id", "user_id", "kind", "facts", "state", "reason", "form", "channel_id", "ts", "ambiguous", "edit_ambiguous", "attempts", "unknown_answers", "not_before", "created_at", "posted_at", "shown", "shown_percent", "shown_end", "shown_at", "stale_since", "terminal") VALUES (20, 'dd4da2f08a35f13279801fd2', 'T0SANDBOX', NULL, 8, NULL, 'U0TOMAS', 'private', '{"type":"answer","text":":eyes: *Watching the Confluence site 127.0.0.1 for new tasks* · <@U0MARTA>\n*Followed in this channel or by you*\n:hourglass_flowing_sand: *Marta''s handbook* · Copying pages · 76% · 2 warnings · <@U0MARTA> · <https://sandbox.slack.com/archives/C0RELEASES/p1795348802000000|Open the thread> · Confluence task 3145728001\n:hourglass_flowing_sand: *Copying pages* · 38% · <@U0TOMAS> · <https://sandbox.slack.com/archives/C0RELEASES/p1795348808000000|Open the thread> · Confluence task 3145728003","blocks":[{"type":"section","text":{"type":"mrkdwn","text":":eyes: *Watching the Confluence site 127.0.0.1 for new tasks* · <@U0MARTA>\n*Followed in this channel or by you*\n:hourglass_flowing_sand: *Marta''s handbook* · Copying pages · 76% · 2 warnings · <@U0MARTA> · <https://sandbox.slack.com/archives/C0RELEASES/p1795348802000000|Open the thread> · Confluence task 3145728001\n:hourglass_flowing_sand: *Copying pages* · 38% · <@U0TOMAS> · <https://sandbox.slack.com/archives/C0RELEASES/p1795348808000000|Open the thread> · Confluence task 3145728003","verbatim":true}}]}', 'posted', NULL, 'blocks', NULL, NULL, FALSE, FALSE, 0, 0, NULL, '2026-11-22 12:02:33.000000+00', '2026-11-22 12:02:33.000000+00', '', NULL, NULL, '2026-11-22 12:02:33.000000+00', NULL, FALSE);
SELECT setval(pg_get_serial_sequence('messages', 'id'), 20);
