-- findAccountByName
select "accounts".* from "account_names" inner join "accounts" on "accounts"."id" = "account_names"."account_id" where "account_names"."name_key" = $1 and "account_names"."kind" in ($2, $3) and "accounts"."deleted_at" is null;
-- alice, username, email

-- findAccount
select * from "accounts" where "id" = $1 and "deleted_at" is null;
-- 1

-- readAccountCards
select "accounts"."id", "accounts"."username", "accounts"."display_name", "media"."public_key" as "avatar_key", "media"."blurhash" as "avatar_blurhash" from "accounts" left join "media" on "media"."id" = "accounts"."avatar_media_id" and "media"."state" = $1 where "accounts"."id" in ($2, $3, $4, $5, $6) and "accounts"."deleted_at" is null;
-- ready, 1, 2, 3, 1, 1

-- listByAuthors
select "feed_key", "id" from (select "feed_key", "id", "account_id" from "posts" where "feed_key" < $1 order by "feed_key" desc limit $2) as "recent" where "account_id" in ($3, $4, $5, $6, $7) order by "feed_key" desc limit $8;
-- 9007199254740991, 2000, 1, 2, 3, 1, 1, 21
select "newest"."feed_key", "newest"."id" from "accounts" inner join lateral (select "feed_key", "id" from "posts" where "posts"."account_id" = "accounts"."id" and "state" = $1 and "feed_key" < $2 order by "feed_key" desc limit $3) as "newest" on true where "accounts"."id" in ($4, $5, $6, $7, $8) order by "newest"."feed_key" desc limit $9;
-- published, 9007199254740991, 21, 1, 2, 3, 1, 1, 21

-- listExplore: all
select "feed_key", "id" from "posts" where "feed_key" < $1 order by "feed_key" desc limit $2;
-- 9007199254740991, 21

-- listExplore: with media
select "feed_key", "id" from "posts" where "has_media" = $1 and "feed_key" < $2 order by "feed_key" desc limit $3;
-- 1, 9007199254740991, 21

-- listByAuthor: all
select "feed_key", "id" from "posts" where "account_id" = $1 and "state" = $2 and "feed_key" < $3 order by "feed_key" desc limit $4;
-- 1, published, 9007199254740991, 21

-- listByAuthor: with media
select "feed_key", "id" from "posts" where "account_id" = $1 and "has_media" = $2 and "feed_key" < $3 order by "feed_key" desc limit $4;
-- 1, 1, 9007199254740991, 21

-- isFollowing
select "follow_key" from "follows" where "follower_id" = $1 and "followee_id" = $2;
-- 1, 2

-- listFolloweeIds
select "followee_id" from "follows" where "follower_id" = $1;
-- 1

-- listFollows: followees
select * from "follows" where "follower_id" = $1 order by "follow_key" desc limit $2;
-- 1, 21

-- listFollows: followers
select * from "follows" where "followee_id" = $1 and "follow_key" < $2 order by "follow_key" desc limit $3;
-- 1, 4096, 21

-- findRepeat
select "operation", "fingerprint", "result_id" from "idempotency_keys" where "account_id" = $1 and "key" = $2;
-- 1, k

-- findMedia
select * from "media" where "id" = $1;
-- 1

-- findMediaByPublicKey
select "media".*, "posts"."state" as "post_state", "accounts"."deleted_at" as "owner_deleted_at" from "media" left join "posts" on "posts"."id" = "media"."post_id" inner join "accounts" on "accounts"."id" = "media"."account_id" where "media"."public_key" = $1;
-- abc

-- readMediaOfPosts
select "id", "post_id", "state", "alt", "width", "height", "blurhash", "public_key", "variants" from "media" where "post_id" in ($1, $2, $3, $4, $5) order by "post_id", "position";
-- 1, 2, 3, 1, 1

-- listMedia: of a post
select * from "media" where "post_id" = $1;
-- 1

-- listMedia: of an account
select * from "media" where "account_id" = $1 limit $2;
-- 1, 100

-- listMedia: loose
select * from "media" where "created_at" < $1 and "purpose" = $2 and "post_id" is null limit $3;
-- 2026-06-01T12:00:00.000Z, post, 100

-- listMediaByPrefix: originals
select "id", "original_key", "public_key", "variants", "created_at" from "media" where "original_key" >= $1 and "original_key" < $2;
-- ab, abg

-- listMediaByPrefix: variants
select "id", "original_key", "public_key", "variants", "created_at" from "media" where "public_key" >= $1 and "public_key" < $2;
-- ab, abg

-- readLikedPosts
select "post_id" from "likes" where "post_id" in ($1, $2, $3, $4, $5) and "account_id" = $6;
-- 1, 2, 3, 1, 1, 1

-- listLikes: of a post
select * from "likes" where "post_id" = $1 order by "like_key" desc limit $2;
-- 1, 21

-- listLikes: of an account
select * from "likes" where "account_id" = $1 and "like_key" < $2 order by "like_key" desc limit $3;
-- 1, 4096, 21

-- findPost
select * from "posts" where "id" in ($1, $2) and "state" <> $3;
-- 1, 1, deleted

-- readPosts
select * from "posts" where "id" in ($1, $2, $3, $4, $5) and "state" <> $6;
-- 1, 2, 3, 1, 1, deleted

-- listDraftIds
select "id" from "posts" where "account_id" = $1 and "state" = $2 and "id" < $3 order by "id" desc limit $4;
-- 1, draft, 4096, 21

-- listPostsOf
select * from "posts" where "account_id" = $1 limit $2;
-- 1, 100

-- hasUploadName
select "post_id" from "upload_names" where "account_id" = $1 and "name" = $2;
-- 1, dune.jpg

-- findSession
select * from "sessions" where "id" = $1;
-- 1

-- findLiveSession
select "sessions"."id", "sessions"."account_id", "sessions"."audience", "sessions"."expires_at", "accounts"."role" from "sessions" inner join "accounts" on "accounts"."id" = "sessions"."account_id" where "sessions"."id" = $1 and "sessions"."ended_at" is null and "accounts"."disabled_at" is null and "accounts"."deleted_at" is null;
-- 1

-- listSessions
select * from "sessions" where "account_id" = $1 and "ended_at" is null and "expires_at" > $2 order by "last_used_at" desc, "id" desc;
-- 1, 2026-06-01T12:00:00.000Z

-- hasSessionFrom
select "id" from "sessions" where "account_id" = $1 and "address" = $2 limit $3;
-- 1, 127.0.0.1, 1

-- findVerification
select * from "verifications" where "id" = $1;
-- 1

-- findPendingVerification
select * from "verifications" where "account_id" = $1 and "purpose" = $2 and "used_at" is null order by "id" desc limit $3;
-- 1, verify-phone, 1

-- listAuditEntries: all
select * from "audit_log" where "id" < $1 order by "id" desc limit $2;
-- 9007199254740991, 21

-- listAuditEntries: of an account
select * from "audit_log" where "account_id" = $1 and "id" < $2 order by "id" desc limit $3;
-- 1, 4096, 21

-- isEventDone
select "event_id" from "done_events" where "subscriber" = $1 and "event_id" = $2;
-- media, 1

-- listSetAside
select "id", "event_id", "topic", "subscriber", "attempts", "last_error", "set_aside_at" from "outbox" where "set_aside_at" is not null order by "set_aside_at", "id";
-- 

-- claimOutbox
select * from "outbox" where "set_aside_at" is null and "due_at" <= $1 order by "due_at" limit $2;
-- 2026-06-01T12:00:00.000Z, 10
