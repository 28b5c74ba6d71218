-- findAccountByName
select "accounts".* from "account_names" inner join "accounts" on "accounts"."id" = "account_names"."account_id" where "account_names"."name_key" = (select ?) and "account_names"."kind" in (?, ?) and "accounts"."deleted_at" is null;
-- alice, username, email

-- findAccount
select * from "accounts" where "id" = (select ?) and "deleted_at" is null;
-- 1

-- readAccountCards
select "accounts"."id", "accounts"."username", "accounts"."display_name", "media"."public_key" as "avatar_key", "media"."blurhash" as "avatar_blurhash" from "accounts" left join "media" on "media"."id" = "accounts"."avatar_media_id" and "media"."state" = (select ?) where "accounts"."id" in (?, ?, ?, ?, ?) and "accounts"."deleted_at" is null;
-- ready, 1, 2, 3, 1, 1

-- listByAuthors
select "feed_key", "id" from "posts" where "account_id" in (?, ?, ?, ?, ?) and "state" = (select ?) and "feed_key" < (select ?) order by "feed_key" desc limit (select ?);
-- 1, 2, 3, 1, 1, published, 9007199254740991, 21

-- listExplore: all
select "feed_key", "id" from "posts" where "feed_key" < (select ?) order by "feed_key" desc limit (select ?);
-- 9007199254740991, 21

-- listExplore: with media
select "feed_key", "id" from "posts" where "has_media" = (select ?) and "feed_key" < (select ?) order by "feed_key" desc limit (select ?);
-- 1, 9007199254740991, 21

-- listByAuthor: all
select "feed_key", "id" from "posts" where "account_id" = (select ?) and "state" = (select ?) and "feed_key" < (select ?) order by "feed_key" desc limit (select ?);
-- 1, published, 9007199254740991, 21

-- listByAuthor: with media
select "feed_key", "id" from "posts" where "account_id" = (select ?) and "has_media" = (select ?) and "feed_key" < (select ?) order by "feed_key" desc limit (select ?);
-- 1, 1, 9007199254740991, 21

-- isFollowing
select "follow_key" from "follows" where "follower_id" = (select ?) and "followee_id" = (select ?);
-- 1, 2

-- listFolloweeIds
select "followee_id" from "follows" where "follower_id" = (select ?);
-- 1

-- listFollows: followees
select * from "follows" where "follower_id" = (select ?) order by "follow_key" desc limit (select ?);
-- 1, 21

-- listFollows: followers
select * from "follows" where "followee_id" = (select ?) and "follow_key" < (select ?) order by "follow_key" desc limit (select ?);
-- 1, 4096, 21

-- findRepeat
select "operation", "fingerprint", "result_id" from "idempotency_keys" where "account_id" = (select ?) and "key" = (select ?);
-- 1, k

-- findMedia
select * from "media" where "id" = (select ?);
-- 1

-- findMediaByPublicKey
select "media".*, "posts"."state" as "post_state", "accounts"."deleted_at" as "owner_deleted_at" from "media" left join "posts" on "posts"."id" = "media"."post_id" inner join "accounts" on "accounts"."id" = "media"."account_id" where "media"."public_key" = (select ?);
-- abc

-- readMediaOfPosts
select "id", "post_id", "state", "alt", "width", "height", "blurhash", "public_key", "variants" from "media" where "post_id" in (?, ?, ?, ?, ?) order by "post_id", "position";
-- 1, 2, 3, 1, 1

-- listMedia: of a post
select * from "media" where "post_id" = (select ?);
-- 1

-- listMedia: of an account
select * from "media" where "account_id" = (select ?) limit (select ?);
-- 1, 100

-- listMedia: loose
select * from "media" where "created_at" < (select ?) and "purpose" = (select ?) and "post_id" is null limit (select ?);
-- 2026-06-01T12:00:00.000Z, post, 100

-- listMediaByPrefix: originals
select "id", "original_key", "public_key", "variants", "created_at" from "media" where "original_key" >= (select ?) and "original_key" < (select ?);
-- ab, abg

-- listMediaByPrefix: variants
select "id", "original_key", "public_key", "variants", "created_at" from "media" where "public_key" >= (select ?) and "public_key" < (select ?);
-- ab, abg

-- readLikedPosts
select "post_id" from "likes" where "post_id" in (?, ?, ?, ?, ?) and "account_id" = (select ?);
-- 1, 2, 3, 1, 1, 1

-- listLikes: of a post
select * from "likes" where "post_id" = (select ?) order by "like_key" desc limit (select ?);
-- 1, 21

-- listLikes: of an account
select * from "likes" where "account_id" = (select ?) and "like_key" < (select ?) order by "like_key" desc limit (select ?);
-- 1, 4096, 21

-- findPost
select * from "posts" where "id" in (?, ?) and "state" <> (select ?);
-- 1, 1, deleted

-- readPosts
select * from "posts" where "id" in (?, ?, ?, ?, ?) and "state" <> (select ?);
-- 1, 2, 3, 1, 1, deleted

-- listDraftIds
select "id" from "posts" where "account_id" = (select ?) and "state" = (select ?) and "id" < (select ?) order by "id" desc limit (select ?);
-- 1, draft, 4096, 21

-- listPostsOf
select * from "posts" where "account_id" = (select ?) limit (select ?);
-- 1, 100

-- hasUploadName
select "post_id" from "upload_names" where "account_id" = (select ?) and "name" = (select ?);
-- 1, dune.jpg

-- findSession
select * from "sessions" where "id" = (select ?);
-- 1

-- findLiveSession
select "sessions"."id", "sessions"."account_id", "sessions"."audience", "sessions"."expires_at", "accounts"."role" from "sessions" inner join "accounts" on "accounts"."id" = "sessions"."account_id" where "sessions"."id" = (select ?) and "sessions"."ended_at" is null and "accounts"."disabled_at" is null and "accounts"."deleted_at" is null;
-- 1

-- listSessions
select * from "sessions" where "account_id" = (select ?) and "ended_at" is null and "expires_at" > (select ?) order by "last_used_at" desc, "id" desc;
-- 1, 2026-06-01T12:00:00.000Z

-- hasSessionFrom
select "id" from "sessions" where "account_id" = (select ?) and "address" = (select ?) limit (select ?);
-- 1, 127.0.0.1, 1

-- findVerification
select * from "verifications" where "id" = (select ?);
-- 1

-- findPendingVerification
select * from "verifications" where "account_id" = (select ?) and "purpose" = (select ?) and "used_at" is null order by "id" desc limit (select ?);
-- 1, verify-phone, 1

-- listAuditEntries: all
select * from "audit_log" where "id" < (select ?) order by "id" desc limit (select ?);
-- 9007199254740991, 21

-- listAuditEntries: of an account
select * from "audit_log" where "account_id" = (select ?) and "id" < (select ?) order by "id" desc limit (select ?);
-- 1, 4096, 21

-- isEventDone
select "event_id" from "done_events" where "subscriber" = (select ?) and "event_id" = (select ?);
-- media, 1

-- listSetAside
select "id", "event_id", "topic", "subscriber", "attempts", "last_error", "set_aside_at" from "outbox" where "set_aside_at" is not null order by "set_aside_at", "id";
-- 

-- claimOutbox
select * from "outbox" where "set_aside_at" is null and "due_at" <= (select ?) order by "due_at" limit (select ?);
-- 2026-06-01T12:00:00.000Z, 10
