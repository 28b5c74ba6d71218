-- findAccountByName
select "accounts".* from "account_names" inner join "accounts" on "accounts"."id" = "account_names"."account_id" where "account_names"."name_key" = (select ?) and "account_names"."kind" in ((select ?), (select ?)) and "accounts"."deleted_at" is null;
-- alice, username, email

-- readNameHolders
select "account_names"."name_key", "accounts"."id", "accounts"."created_at" from "account_names" inner join "accounts" on "accounts"."id" = "account_names"."account_id" where "account_names"."name_key" in (?, ?);
-- alice, bob

-- findAccount
select * from "accounts" where "id" = (select ?) and "accounts"."deleted_at" is null;
-- 1

-- readTakenNames
select "name_key" from "account_names" where "name_key" in ((select ?), (select ?), (select ?), (select ?), (select ?));
-- alice, alice2, alice3, alice, alice

-- listAccountNames
select * from "account_names" where "account_id" = (select ?);
-- 1

-- findNameHolder
select "account_id" from "account_names" where "name_key" = (select ?);
-- alice

-- readAccountIds
select "id" from "accounts" where "id" in (?, ?) and "accounts"."deleted_at" is null;
-- 1, 2

-- listAccounts: all
select "accounts".* from "accounts" where "accounts"."deleted_at" is null and ("accounts"."created_at" <= (select ?) and ("accounts"."created_at" < (select ?) or "accounts"."id" < (select ?))) order by "accounts"."created_at" desc, "accounts"."id" desc limit (select ?);
-- 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- listAccounts: by name, role and state
select "account_id" as "id" from "account_names" where "name_key" >= (select ?) and "name_key" < (select ?) limit (select ?);
-- ali, ali􏿿, 4001
select "id" from "accounts" where "display_name_key" >= (select ?) and "display_name_key" < (select ?) limit (select ?);
-- ali, ali􏿿, 1001

-- listAccounts: disabled
select "accounts".* from "accounts" where "accounts"."deleted_at" is null and "accounts"."disabled_at" > (select ?) and ("accounts"."created_at" <= (select ?) and ("accounts"."created_at" < (select ?) or "accounts"."id" < (select ?))) order by "accounts"."created_at" desc, "accounts"."id" desc limit (select ?);
-- , 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- listAdmins
select "id", "username", "email", "language" from "accounts" where "role" = (select ?) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) order by "username";
-- admin

-- readAccountCards
select "accounts"."id", "accounts"."username", "accounts"."display_name", "media"."public_key" as "avatar_key", "media"."blurhash" as "avatar_blurhash" from "accounts" left join "media" on "media"."id" = "accounts"."avatar_media_id" and "media"."state" = (select ?) where "accounts"."id" in ((select ?), (select ?), (select ?), (select ?), (select ?)) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null);
-- ready, 1, 2, 3, 1, 1

-- readUsernameIds
select "name_key", "account_id" from "account_names" where "name_key" in ((select ?), (select ?)) and "kind" = (select ?);
-- alice, bob, username

-- readHeads: from the newest

      select followee_id as "authorId", coalesce((
        select feed_key from posts
        where account_id = follows.followee_id and "posts"."state" = (select ?)
          and feed_key < (select ?) and feed_key > (select ?)
        order by feed_key desc limit 1
      ), 0) as "key"
      from follows where follower_id = (select ?)
      order by 2 desc limit (select ?);
-- published, 8192, 4096, 1, 21

-- readHeads: from the oldest

      select followee_id as "authorId", coalesce((
        select feed_key from posts
        where account_id = follows.followee_id and "posts"."state" = (select ?)
          and feed_key < (select ?) and feed_key > (select ?)
        order by feed_key asc limit 1
      ), 9007199254740991) as "key"
      from follows where follower_id = (select ?)
      order by 2 asc limit (select ?);
-- published, 8192, 4096, 1, 21

-- readEntries
select "posts"."feed_key", "posts"."id", "posts"."account_id" from "posts" where "posts"."id" in ((select ?), (select ?), (select ?), (select ?), (select ?));
-- 1, 2, 3, 1, 1

-- readOfAuthors
select * from (
      select feed_key, id, account_id from posts
      where account_id = (select ?) and "posts"."state" = (select ?) and feed_key < (select ?) and feed_key > (select ?)
      order by feed_key desc limit (select ?)) union all select * from (
      select feed_key, id, account_id from posts
      where account_id = (select ?) and "posts"."state" = (select ?) and feed_key < (select ?) and feed_key > (select ?)
      order by feed_key desc limit (select ?));
-- 1, published, 8192, 4096, 21, 2, published, 6000, 4096, 21

-- listTimeline

      select followee_id as "authorId", coalesce((
        select feed_key from posts
        where account_id = follows.followee_id and "posts"."state" = (select ?)
          and feed_key < (select ?) and feed_key > (select ?)
        order by feed_key desc limit 1
      ), 0) as "key"
      from follows where follower_id = (select ?)
      order by 2 desc limit (select ?);
-- published, 9007199254740991, 0, 1, 21
select * from (
      select feed_key, id, account_id from posts
      where account_id = (select ?) and "posts"."state" = (select ?) and feed_key < (select ?) and feed_key > (select ?)
      order by feed_key desc limit (select ?)) union all select * from (
      select feed_key, id, account_id from posts
      where account_id = (select ?) and "posts"."state" = (select ?) and feed_key < (select ?) and feed_key > (select ?)
      order by feed_key desc limit (select ?));
-- 1, published, 9007199254740991, 0, 21, 1, published, 9007199254740991, 0, 21

-- listTimeline: above a key

      select followee_id as "authorId", coalesce((
        select feed_key from posts
        where account_id = follows.followee_id and "posts"."state" = (select ?)
          and feed_key < (select ?) and feed_key > (select ?)
        order by feed_key asc limit 1
      ), 9007199254740991) as "key"
      from follows where follower_id = (select ?)
      order by 2 asc limit (select ?);
-- published, 9007199254740991, 4096, 1, 21
select * from (
      select feed_key, id, account_id from posts
      where account_id = (select ?) and "posts"."state" = (select ?) and feed_key > (select ?) and feed_key < (select ?)
      order by feed_key asc limit (select ?)) union all select * from (
      select feed_key, id, account_id from posts
      where account_id = (select ?) and "posts"."state" = (select ?) and feed_key > (select ?) and feed_key < (select ?)
      order by feed_key asc limit (select ?));
-- 1, published, 4096, 9007199254740991, 21, 1, published, 4096, 9007199254740991, 21

-- listTimeline: all at once

      select followee_id as "authorId", coalesce((
        select feed_key from posts
        where account_id = follows.followee_id and "posts"."state" = (select ?)
          and feed_key < (select ?) and feed_key > (select ?)
        order by feed_key desc limit 1
      ), 0) as "key"
      from follows where follower_id = (select ?)
      order by 2 desc limit (select ?);
-- published, 9007199254740991, 0, 1, 1001
select * from (
      select feed_key, id, account_id from posts
      where account_id = (select ?) and "posts"."state" = (select ?) and feed_key < (select ?) and feed_key > (select ?)
      order by feed_key desc limit (select ?)) union all select * from (
      select feed_key, id, account_id from posts
      where account_id = (select ?) and "posts"."state" = (select ?) and feed_key < (select ?) and feed_key > (select ?)
      order by feed_key desc limit (select ?));
-- 1, published, 9007199254740991, 0, 1001, 1, published, 9007199254740991, 0, 1001

-- listExplore: above a key
select "posts"."feed_key", "posts"."id", "posts"."account_id" from "posts" where "posts"."feed_key" < (select ?) and "posts"."feed_key" > (select ?) order by "posts"."feed_key" asc limit 21;
-- 9007199254740991, 4096

-- listExplore: all
select "posts"."feed_key", "posts"."id", "posts"."account_id" from "posts" where "posts"."feed_key" < (select ?) order by "posts"."feed_key" desc limit 21;
-- 9007199254740991

-- listExplore: with media
select "posts"."feed_key", "posts"."id", "posts"."account_id" from "posts" where "posts"."has_media" = (select ?) and "posts"."feed_key" < (select ?) order by "posts"."feed_key" desc limit 21;
-- 1, 9007199254740991

-- listByAuthor: all
select "posts"."feed_key", "posts"."id", "posts"."account_id" from "posts" where "posts"."account_id" = (select ?) and "posts"."state" = (select ?) and "posts"."feed_key" < (select ?) order by "posts"."feed_key" desc limit 21;
-- 1, published, 9007199254740991

-- listByAuthor: with media
select "posts"."feed_key", "posts"."id", "posts"."account_id" from "posts" where "posts"."account_id" = (select ?) and "posts"."has_media" = (select ?) and "posts"."feed_key" < (select ?) order by "posts"."feed_key" desc limit 21;
-- 1, 1, 9007199254740991

-- isFollowing
select "follow_key" from "follows" where "follower_id" = (select ?) and "followee_id" = (select ?);
-- 1, 2

-- readFollowed
select "followee_id" as "target" from "follows" where "followee_id" in ((select ?), (select ?)) and "follower_id" = (select ?);
-- 2, 3, 1

-- listFolloweeIds
select "followee_id" from "follows" where "follower_id" = (select ?);
-- 1

-- listFollows: followees
select "follows".* from "follows" where "follows"."follower_id" = (select ?) and "follows"."follow_key" < (select ?) order by "follows"."follow_key" desc limit 21;
-- 1, 9007199254740991

-- listFollows: followers
select "follows".* from "follows" where "follows"."followee_id" = (select ?) and "follows"."follow_key" < (select ?) order by "follows"."follow_key" desc limit 21;
-- 1, 4096

-- listVisibleFollows: followees
select "follows".* from "follows" left join "accounts" on "accounts"."id" = "follows"."followee_id" where "follows"."follower_id" = (select ?) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) and "follows"."follow_key" < (select ?) order by "follows"."follow_key" desc limit 21;
-- 1, 9007199254740991

-- listVisibleFollows: followers
select "follows".* from "follows" left join "accounts" on "accounts"."id" = "follows"."follower_id" where "follows"."followee_id" = (select ?) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) and "follows"."follow_key" < (select ?) order by "follows"."follow_key" desc limit 21;
-- 1, 4096

-- findIdempotentResult
select "operation", "fingerprint", "result_id" from "idempotency_keys" where "account_id" = (select ?) and "key" = (select ?);
-- 1, k

-- findMedia
select * from "media" where "id" = (select ?);
-- 1

-- findShownMedia
select "media".*, "posts"."state" as "post_state", "accounts"."disabled_at", "accounts"."deleted_at" from "media" left join "posts" on "posts"."id" = "media"."post_id" inner join "accounts" on "accounts"."id" = "media"."account_id" where "media"."id" = (select ?);
-- 1

-- findMediaByPublicKey
select "media".*, "posts"."state" as "post_state", "accounts"."disabled_at", "accounts"."deleted_at" from "media" left join "posts" on "posts"."id" = "media"."post_id" inner join "accounts" on "accounts"."id" = "media"."account_id" where "media"."public_key" = (select ?);
-- abc

-- readMediaOfPosts
select "id", "purpose", "post_id", "state", "alt", "width", "height", "is_animated", "blurhash", "public_key", "variants", "camera_make", "camera_model", "taken_at", "latitude", "longitude" from "media" where "post_id" in ((select ?), (select ?), (select ?), (select ?), (select ?)) order by "post_id", "position";
-- 1, 2, 3, 1, 1

-- listMedia: of a post
select * from "media" where "post_id" = (select ?);
-- 1

-- listMedia: of an account
select * from "media" where "account_id" = (select ?) limit (select ?);
-- 1, 100

-- listMedia: loose
select * from "media" where "created_at" < (select ?) and "purpose" in (?, ?, ?) and "post_id" is null limit (select ?);
-- 2026-06-01T12:00:00.000Z, post, given-back, document, 100

-- listMediaByPrefix: originals
select "id", "original_key", "public_key", "variants", "created_at" from "media" where "original_key" >= (select ?) and "original_key" < (select ?);
-- ab, abg

-- listMediaByPrefix: variants
select "id", "original_key", "public_key", "variants", "created_at" from "media" where "public_key" >= (select ?) and "public_key" < (select ?);
-- ab, abg

-- listOriginals: all
select "media"."id", "media"."account_id", "media"."purpose", "media"."original_key", "media"."bytes", "media"."public_key", "media"."variants", "accounts"."username" as "username", "accounts"."login_name", "accounts"."email" from "media" left join "accounts" on "accounts"."id" = "media"."account_id" left join "posts" on "posts"."id" = "media"."post_id" where (("media"."purpose" = (select ?) or ("posts"."state" = (select ?) and "posts"."reply_to_id" is null)) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null)) and (not exists (select 1 from blocks where blocks.account_id = "media"."account_id" and blocks.target_id = (select ?)) and not exists (select 1 from blocks where blocks.account_id = (select ?) and blocks.target_id = "media"."account_id")) order by "media"."created_at" desc, "media"."id" desc limit (select ?) offset (select ?);
-- file, published, 2, 2, 20, 0

-- listOriginals: of an account
select "media"."id", "media"."account_id", "media"."purpose", "media"."original_key", "media"."bytes", "media"."public_key", "media"."variants", "accounts"."username" as "username", "accounts"."login_name", "accounts"."email" from "media" left join "accounts" on "accounts"."id" = "media"."account_id" left join "posts" on "posts"."id" = "media"."post_id" where (("media"."purpose" = (select ?) or ("posts"."state" = (select ?) and "posts"."reply_to_id" is null)) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null)) and (not exists (select 1 from blocks where blocks.account_id = "media"."account_id" and blocks.target_id = (select ?)) and not exists (select 1 from blocks where blocks.account_id = (select ?) and blocks.target_id = "media"."account_id")) and "media"."account_id" = (select ?) order by "media"."created_at" desc, "media"."id" desc limit (select ?) offset (select ?);
-- file, published, 2, 2, 1, 20, 40

-- countOriginals: all
select count(*) as "count" from "posts" inner join "media" on "media"."post_id" = "posts"."id" where "posts"."has_media" = (select ?) and "posts"."feed_key" >= (select ?);
-- 1, 0
select count(*) as "count" from "media" where "post_id" is null and "purpose" = (select ?);
-- file
select count(*) as "count" from "accounts" inner join "media" on "media"."account_id" = "accounts"."id" left join "posts" on "posts"."id" = "media"."post_id" where "accounts"."disabled_at" > (select ?) and ("media"."purpose" = (select ?) or "posts"."feed_key" >= (select ?));
-- , file, 0

-- countOriginalsOf
select count(*) as "count" from "media" left join "accounts" on "accounts"."id" = "media"."account_id" left join "posts" on "posts"."id" = "media"."post_id" where (("media"."purpose" = (select ?) or ("posts"."state" = (select ?) and "posts"."reply_to_id" is null)) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null)) and (not exists (select 1 from blocks where blocks.account_id = "media"."account_id" and blocks.target_id = (select ?)) and not exists (select 1 from blocks where blocks.account_id = (select ?) and blocks.target_id = "media"."account_id")) and "media"."account_id" = (select ?);
-- file, published, 2, 2, 1

-- countApart
select count(*) as "count" from "media" left join "accounts" on "accounts"."id" = "media"."account_id" left join "posts" on "posts"."id" = "media"."post_id" where (("media"."purpose" = (select ?) or ("posts"."state" = (select ?) and "posts"."reply_to_id" is null)) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null)) and media.account_id in (
    select target_id from blocks where account_id = (select ?)
    union select account_id from blocks where target_id = (select ?)
  );
-- file, published, 2, 2

-- hasBlock
select "block_key" from "blocks" where "account_id" = (select ?) and "target_id" = (select ?);
-- 1, 2

-- listVisibleBlocks
select "blocks".* from "blocks" left join "accounts" on "accounts"."id" = "blocks"."target_id" where "blocks"."account_id" = (select ?) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) and "blocks"."block_key" < (select ?) order by "blocks"."block_key" desc limit 21;
-- 1, 4096

-- readRelations
select "account_id", "target_id" from "blocks" where "account_id" = (select ?) and "target_id" in ((select ?), (select ?)) union all select "account_id", "target_id" from "blocks" where "target_id" = (select ?) and "account_id" in ((select ?), (select ?));
-- 1, 2, 3, 1, 2, 3

-- readBlocksOf
select "account_id", "target_id" from "blocks" where "account_id" = (select ?) limit (select ?);
-- 1, 1000
select "account_id", "target_id" from "blocks" where "target_id" = (select ?) limit (select ?);
-- 1, 1000

-- readBlockedPairs
select "account_id", "target_id" from "blocks" where "account_id" in ((select ?), (select ?)) and "target_id" in ((select ?), (select ?));
-- 1, 2, 3, 4
select "account_id", "target_id" from "blocks" where "account_id" in ((select ?), (select ?)) and "target_id" in ((select ?), (select ?));
-- 3, 4, 1, 2

-- listLikedPostsOf
select "likes"."post_id" from "likes" inner join "posts" on "posts"."id" = "likes"."post_id" where "likes"."account_id" = (select ?) and "posts"."account_id" = (select ?) order by "likes"."post_id" limit (select ?);
-- 1, 2, 100

-- hasLike
select "like_key" from "likes" where "account_id" = (select ?) and "post_id" = (select ?);
-- 1, 7

-- readLikedPosts
select "post_id" as "target" from "likes" where "post_id" in ((select ?), (select ?), (select ?), (select ?), (select ?)) and "account_id" = (select ?);
-- 1, 2, 3, 1, 1, 1

-- listLikes: of a post
select "likes".* from "likes" where "likes"."post_id" = (select ?) and "likes"."like_key" < (select ?) order by "likes"."like_key" desc limit 21;
-- 1, 9007199254740991

-- listLikes: of an account
select "likes".* from "likes" where "likes"."account_id" = (select ?) and "likes"."like_key" < (select ?) order by "likes"."like_key" desc limit 21;
-- 1, 4096

-- listVisibleLikes
select "likes".* from "likes" left join "accounts" on "accounts"."id" = "likes"."account_id" where "likes"."post_id" = (select ?) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) and "likes"."like_key" < (select ?) order by "likes"."like_key" desc limit 21;
-- 1, 4096

-- readNewestLikers
select "post_id", "account_id" from (select "likes"."post_id", "likes"."account_id", row_number() over(partition by "likes"."post_id" order by "likes"."like_key" desc) as "place" from "likes" inner join "accounts" on "accounts"."id" = "likes"."account_id" where "likes"."post_id" in (?, ?) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null)) as "ranked" where "place" <= (select ?) order by "place";
-- 1, 2, 4

-- findPost
select * from "posts" where "id" in ((select ?), (select ?)) and "state" <> (select ?);
-- 1, 1, deleted

-- readPostIds
select "status_key", "id" from "posts" where "status_key" in ((select ?), (select ?)) and "state" <> (select ?);
-- 4096, 8192, deleted

-- readPosts
select * from "posts" where "id" in ((select ?), (select ?), (select ?), (select ?), (select ?)) and "state" <> (select ?);
-- 1, 2, 3, 1, 1, deleted

-- listDrafts
select "created_at", "id" from "posts" where "account_id" = (select ?) and "state" = (select ?) and ("created_at" <= (select ?) and ("created_at" < (select ?) or "id" < (select ?))) order by "created_at" desc, "id" desc limit (select ?);
-- 1, draft, 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- listPostsOf
select * from "posts" where "account_id" = (select ?) limit (select ?);
-- 1, 100

-- hasUploadName
select "post_id" from "upload_names" where "account_id" = (select ?) and "name" = (select ?);
-- 1, dune.jpg

-- findUploadName
select "name" from "upload_names" where "post_id" = (select ?);
-- 1

-- findSession
select * from "sessions" where "id" = (select ?);
-- 1

-- findLiveSession
select "sessions"."id", "sessions"."account_id", "sessions"."audience", "sessions"."expires_at", "sessions"."generation", "sessions"."used_generation", "sessions"."parent_generation", "sessions"."app_password_id", "accounts"."role" from "sessions" inner join "accounts" on "accounts"."id" = "sessions"."account_id" where "sessions"."id" = (select ?) and "sessions"."ended_at" is null and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null);
-- 1

-- readLiveRoles
select "sessions"."id", "sessions"."app_password_id", "accounts"."role" from "sessions" inner join "accounts" on "accounts"."id" = "sessions"."account_id" where "sessions"."id" in ((select ?), (select ?), (select ?), (select ?), (select ?)) and "sessions"."ended_at" is null and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null);
-- 1, 2, 3, 1, 1

-- listSessions
select * from "sessions" where "account_id" = (select ?) and "ended_at" is null and "expires_at" > (select ?) order by "last_used_at" desc, "id" desc;
-- 1, 2026-06-01T12:00:00.000Z

-- hasSessionFrom
select distinct "address" from "sessions" where "account_id" = (select ?) and "address" = (select ?) limit (select ?);
-- 1, 127.0.0.1, 1

-- findVerification
select * from "verifications" where "id" = (select ?);
-- 1

-- findPendingVerification
select * from "verifications" where "account_id" = (select ?) and "purpose" = (select ?) and "used_at" is null order by "created_at" desc, "id" desc limit (select ?);
-- 1, verify-phone, 1

-- findLastVerification
select * from "verifications" where "account_id" = (select ?) and "purpose" = (select ?) order by "created_at" desc, "id" desc limit (select ?);
-- 1, verify-phone, 1

-- listPendingVerifications: of an account
select * from "verifications" where "purpose" = (select ?) and "used_at" is null and "expires_at" > (select ?) and "account_id" = (select ?) order by "created_at" desc, "id" desc limit (select ?);
-- invite, 2026-06-01T12:00:00.000Z, 1, 100

-- listPendingVerifications: of all
select * from "verifications" where "purpose" = (select ?) and "used_at" is null and "expires_at" > (select ?) order by "created_at" desc, "id" desc limit (select ?);
-- invite, 2026-06-01T12:00:00.000Z, 1000

-- findTotpKey
select * from "totp_keys" where "account_id" = (select ?);
-- 1

-- countRecoveryCodes
select "code_hash" from "recovery_codes" where "account_id" = (select ?) and "used_at" is null;
-- 1

-- listPasskeys
select * from "passkeys" where "account_id" = (select ?) order by "created_at" desc, "id" desc;
-- 1

-- findPasskey
select * from "passkeys" where "credential_id" = (select ?);
-- c

-- listAppPasswords
select * from "app_passwords" where "account_id" = (select ?) and "owner_mark" = (select ?) order by "created_at" desc, "id" desc;
-- 1, m

-- findAppPasswordId
select "id" from "app_passwords" where "account_id" = (select ?) and "password_hash" = (select ?) and "owner_mark" = (select ?);
-- 1, h, m

-- findIdentity
select "identities"."id", "identities"."account_id", "identities"."last_used_at", "accounts"."disabled_at", "accounts"."deleted_at" from "identities" inner join "accounts" on "accounts"."id" = "identities"."account_id" where "identities"."issuer" = (select ?) and "identities"."subject" = (select ?);
-- https://accounts.google.com, 1

-- listIdentities
select * from "identities" where "account_id" = (select ?) order by "created_at", "id";
-- 1

-- listAuditEntries: all
select * from "audit_log" order by "id" desc limit 21;
-- 

-- listAuditEntries: of an account
select * from "audit_log" where "account_id" = (select ?) and "id" < (select ?) order by "id" desc limit 21;
-- 1, 4096

-- listAuditEntries: of an action
select * from "audit_log" where "action" = (select ?) and "id" < (select ?) order by "id" desc limit 21;
-- session.refused, 4096

-- findDevice
select * from "devices" where "device_id" = (select ?);
-- phone

-- findTokenOwner
select "account_id" from "devices" where "token_hash" in (?, ?);
-- ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff, 0000000000000000000000000000000000000000000000000000000000000000

-- listDevices
select "devices".*, "sessions"."ended_at", "sessions"."id" as "live_session_id" from "devices" left join "sessions" on "sessions"."id" = "devices"."session_id" where "devices"."account_id" = (select ?) order by "devices"."updated_at" desc, "devices"."id" desc;
-- 1

-- listPushTargets
select "devices"."id", "devices"."type", "devices"."token", "devices"."token_hash" from "devices" inner join "accounts" on "accounts"."id" = "devices"."account_id" left join "sessions" on "sessions"."id" = "devices"."session_id" where "devices"."is_active" = (select ?) and "devices"."token" is not null and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) and ("devices"."session_id" is null or ("sessions"."id" is not null and "sessions"."ended_at" is null)) and "devices"."account_id" = (select ?) order by "devices"."updated_at" desc, "devices"."id" desc;
-- 1, 1

-- readReachableAccounts
select distinct "devices"."account_id" from "devices" inner join "accounts" on "accounts"."id" = "devices"."account_id" left join "sessions" on "sessions"."id" = "devices"."session_id" where "devices"."is_active" = (select ?) and "devices"."token" is not null and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) and ("devices"."session_id" is null or ("sessions"."id" is not null and "sessions"."ended_at" is null)) and "devices"."account_id" in (?, ?, ?, ?, ?);
-- 1, 1, 2, 3, 1, 1

-- findPushTarget
select "devices"."id", "devices"."type", "devices"."token", "devices"."token_hash" from "devices" inner join "accounts" on "accounts"."id" = "devices"."account_id" left join "sessions" on "sessions"."id" = "devices"."session_id" where "devices"."is_active" = (select ?) and "devices"."token" is not null and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) and ("devices"."session_id" is null or ("sessions"."id" is not null and "sessions"."ended_at" is null)) and "devices"."id" = (select ?) and "devices"."account_id" = (select ?);
-- 1, 1, 1

-- findNotificationSettings
select * from "notification_settings" where "account_id" = (select ?);
-- 1

-- readNotificationMarks
select "account_id", "last_key", "read_key" from "notification_settings" where "account_id" in (?, ?, ?, ?, ?);
-- 1, 2, 3, 1, 1

-- findNotification
select * from "notifications" where "account_id" = (select ?) and "group_key" = (select ?);
-- 1, liked:1

-- listCalls
select "account_id", "kind", "actor_count" from "notifications" where "post_id" = (select ?) and "kind" in (?, ?);
-- 1, mentioned, replied

-- listNotifications
select "notifications".* from "notifications" left join "accounts" as "actors" on "actors"."id" = "notifications"."actor_id" left join "posts" on "posts"."id" = "notifications"."post_id" where "notifications"."actor_count" > (select ?) and ("notifications"."post_id" is null or "posts"."state" = (select ?)) and (("notifications"."kind" <> (select ?) and ("actors"."disabled_at" is null and "actors"."deleted_at" is null) and (not exists (select 1 from blocks where blocks.account_id = "notifications"."account_id" and blocks.target_id = "notifications"."actor_id") and not exists (select 1 from blocks where blocks.account_id = "notifications"."actor_id" and blocks.target_id = "notifications"."account_id"))) or exists (select "likes"."post_id" from "likes" inner join "accounts" as "likers" on "likers"."id" = "likes"."account_id" where "notifications"."kind" = (select ?) and "likes"."post_id" = "notifications"."post_id" and "likes"."account_id" <> "notifications"."account_id" and ("likers"."disabled_at" is null and "likers"."deleted_at" is null) and (not exists (select 1 from blocks where blocks.account_id = "notifications"."account_id" and blocks.target_id = "likers"."id") and not exists (select 1 from blocks where blocks.account_id = "likers"."id" and blocks.target_id = "notifications"."account_id")))) and "notifications"."account_id" = (select ?) and "notifications"."notification_key" < (select ?) order by "notifications"."notification_key" desc limit 21;
-- 0, published, liked, liked, 1, 4096

-- listNotificationsSince
select "notifications".* from "notifications" left join "accounts" as "actors" on "actors"."id" = "notifications"."actor_id" left join "posts" on "posts"."id" = "notifications"."post_id" where "notifications"."actor_count" > (select ?) and ("notifications"."post_id" is null or "posts"."state" = (select ?)) and (("notifications"."kind" <> (select ?) and ("actors"."disabled_at" is null and "actors"."deleted_at" is null) and (not exists (select 1 from blocks where blocks.account_id = "notifications"."account_id" and blocks.target_id = "notifications"."actor_id") and not exists (select 1 from blocks where blocks.account_id = "notifications"."actor_id" and blocks.target_id = "notifications"."account_id"))) or exists (select "likes"."post_id" from "likes" inner join "accounts" as "likers" on "likers"."id" = "likes"."account_id" where "notifications"."kind" = (select ?) and "likes"."post_id" = "notifications"."post_id" and "likes"."account_id" <> "notifications"."account_id" and ("likers"."disabled_at" is null and "likers"."deleted_at" is null) and (not exists (select 1 from blocks where blocks.account_id = "notifications"."account_id" and blocks.target_id = "likers"."id") and not exists (select 1 from blocks where blocks.account_id = "likers"."id" and blocks.target_id = "notifications"."account_id")))) and (("notifications"."account_id" = (select ?) and "notifications"."notification_key" > (select ?)) or ("notifications"."account_id" = (select ?) and "notifications"."notification_key" > (select ?))) order by "notifications"."notification_key" limit (select ?);
-- 0, published, liked, liked, 1, 4096, 2, 8192, 100

-- readUnreadCounts
select "notifications"."account_id", count(*) as "unread" from "notifications" left join "accounts" as "actors" on "actors"."id" = "notifications"."actor_id" left join "posts" on "posts"."id" = "notifications"."post_id" inner join "notification_settings" as "settings" on "settings"."account_id" = "notifications"."account_id" where "notifications"."actor_count" > (select ?) and ("notifications"."post_id" is null or "posts"."state" = (select ?)) and (("notifications"."kind" <> (select ?) and ("actors"."disabled_at" is null and "actors"."deleted_at" is null) and (not exists (select 1 from blocks where blocks.account_id = "notifications"."account_id" and blocks.target_id = "notifications"."actor_id") and not exists (select 1 from blocks where blocks.account_id = "notifications"."actor_id" and blocks.target_id = "notifications"."account_id"))) or exists (select "likes"."post_id" from "likes" inner join "accounts" as "likers" on "likers"."id" = "likes"."account_id" where "notifications"."kind" = (select ?) and "likes"."post_id" = "notifications"."post_id" and "likes"."account_id" <> "notifications"."account_id" and ("likers"."disabled_at" is null and "likers"."deleted_at" is null) and (not exists (select 1 from blocks where blocks.account_id = "notifications"."account_id" and blocks.target_id = "likers"."id") and not exists (select 1 from blocks where blocks.account_id = "likers"."id" and blocks.target_id = "notifications"."account_id")))) and "notifications"."account_id" in (?, ?, ?, ?, ?) and "notifications"."notification_key" > "settings"."read_key" group by "notifications"."account_id";
-- 0, published, liked, liked, 1, 2, 3, 1, 1

-- listReplies: the first page
select "posts"."status_key", "posts"."id", "posts"."account_id" from "posts" where "posts"."state" = (select ?) and "posts"."reply_to_id" = (select ?) and "posts"."status_key" < (select ?) order by "posts"."status_key" asc limit 21;
-- published, 1, 9007199254740991

-- listReplies: a later page
select "posts"."status_key", "posts"."id", "posts"."account_id" from "posts" where "posts"."state" = (select ?) and "posts"."reply_to_id" = (select ?) and "posts"."status_key" < (select ?) and "posts"."status_key" > (select ?) order by "posts"."status_key" asc limit 21;
-- published, 1, 9007199254740991, 9

-- listThread
select "posts"."status_key", "posts"."id", "posts"."account_id" from "posts" where "posts"."state" = (select ?) and "posts"."root_id" = (select ?) and "posts"."status_key" < (select ?) and "posts"."status_key" > (select ?) order by "posts"."status_key" asc limit 21;
-- published, 1, 9007199254740991, 9

-- listBranch
select "below"."status_key", "below"."id", "below"."account_id" from (
    with recursive below as (
      select id, status_key, account_id, state, 1 as depth
      from posts where reply_to_id = (select ?)
      union all
      select replies.id, replies.status_key, replies.account_id, replies.state, below.depth + 1
      from below join posts as replies on replies.reply_to_id = below.id
      where below.depth < 500
    )
    select * from below
  ) as "below" where "below"."state" = (select ?) and "below"."status_key" < (select ?) and "below"."status_key" > (select ?) order by "below"."status_key" asc limit 21;
-- 1, published, 9007199254740991, 9

-- readAncestorIds

    with recursive above as (
      select reply_to_id as id, 1 as height from posts where id = (select ?)
      union all
      select posts.reply_to_id, above.height + 1 from above join posts on posts.id = above.id
      where above.height < 100
    )
    select id from above where id is not null order by height;
-- 1

-- findReport
select "reports".*, "reporters"."username" as "reporter", "targets"."username" as "target" from "reports" left join "accounts" as "reporters" on "reporters"."id" = "reports"."reporter_id" left join "accounts" as "targets" on "targets"."id" = "reports"."target_id" where "reports"."id" = (select ?);
-- 1

-- listReports
select "reports".*, "reporters"."username" as "reporter", "targets"."username" as "target" from "reports" left join "accounts" as "reporters" on "reporters"."id" = "reports"."reporter_id" left join "accounts" as "targets" on "targets"."id" = "reports"."target_id" where "reports"."state" = (select ?) and "reports"."id" < (select ?) order by "reports"."id" desc limit 21;
-- open, 4096

-- findByUsername
select "accounts"."id", "account_names"."name_key", "accounts"."follower_count" from "account_names" inner join "accounts" on "accounts"."id" = "account_names"."account_id" where "account_names"."name_key" >= (select ?) and "account_names"."name_key" < (select ?) and "account_names"."kind" = (select ?) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) order by "account_names"."name_key" limit (select ?);
-- bob, bob􏿿, username, 200

-- findByDisplayName
select "id", null as "name_key", "follower_count" from "accounts" where "display_name_key" >= (select ?) and "display_name_key" < (select ?) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) order by "display_name_key" limit (select ?);
-- bob, bob􏿿, 200

-- findUserDocument
select "accounts"."id", "accounts"."username", "accounts"."login_name", "accounts"."email", "user_documents"."content", "user_documents"."last_login_at" from "accounts" left join "user_documents" on "user_documents"."account_id" = "accounts"."id" where "accounts"."id" = (select ?) and "accounts"."deleted_at" is null;
-- 1

-- listUserDocuments
select "accounts"."id", "accounts"."username", "accounts"."login_name", "accounts"."email", "user_documents"."content", "user_documents"."last_login_at" from "accounts" left join "user_documents" on "user_documents"."account_id" = "accounts"."id" where ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) order by "accounts"."created_at" desc, "accounts"."id" desc limit (select ?);
-- 500

-- countUserDocuments
select count(*) as "count" from "accounts" where ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null);
-- 

-- listActiveDocuments
select "accounts"."id", "accounts"."username", "accounts"."login_name", "accounts"."email", "user_documents"."content", "user_documents"."last_login_at" from "user_documents" cross join "accounts" where "accounts"."id" = "user_documents"."account_id" and "user_documents"."active_since" > (select ?) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) order by "user_documents"."active_since" desc, "user_documents"."account_id" desc limit (select ?);
-- 2026-06-01T12:00:00.000Z, 500

-- countActiveDocuments
select count(*) as "count" from "user_documents" cross join "accounts" where "accounts"."id" = "user_documents"."account_id" and "user_documents"."active_since" > (select ?) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null);
-- 2026-06-01T12:00:00.000Z

-- findGroup
select * from "groups" where "id" = (select ?);
-- 1

-- findGroupByName
select * from "groups" where "name_key" = (select ?);
-- dune walkers

-- listGroups
select * from "groups" where ("created_at" <= (select ?) and ("created_at" < (select ?) or "id" < (select ?))) order by "created_at" desc, "id" desc limit (select ?);
-- 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- listMemberAccounts
select "accounts".*, "group_members"."created_at" as "member_since" from "group_members" inner join "accounts" on "accounts"."id" = "group_members"."account_id" where "group_members"."group_id" = (select ?) and "accounts"."deleted_at" is null and ("group_members"."created_at" <= (select ?) and ("group_members"."created_at" < (select ?) or "group_members"."account_id" < (select ?))) order by "group_members"."created_at" desc, "group_members"."account_id" desc limit (select ?);
-- 1, 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- listMemberIds
select "account_id" from "group_members" where "group_id" = (select ?) and "account_id" > (select ?) order by "account_id" limit (select ?);
-- 1, 100, 100

-- findEventTemplate
select * from "event_templates" where "id" = (select ?);
-- 1

-- listEventTemplates
select * from "event_templates" where ("created_at" <= (select ?) and ("created_at" < (select ?) or "id" < (select ?))) order by "created_at" desc, "id" desc limit (select ?);
-- 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- findGroupEvent
select * from "group_events" where "id" = (select ?);
-- 1

-- listGroupEvents
select * from "group_events" where "group_id" = (select ?) and ("created_at" <= (select ?) and ("created_at" < (select ?) or "id" < (select ?))) order by "created_at" desc, "id" desc limit (select ?);
-- 1, 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- isEventDone
select "subscriber", "event_id" from "done_events" where "subscriber" in (?, ?) and "event_id" in (?, ?);
-- media, media, 1, 1

-- isInOutbox
select "id" from "outbox" where "id" = (select ?);
-- 1

-- listDeadLetters
select "id", "event_id", "topic", "subscriber", "attempts", "last_error", "set_aside_at", "request_id" from "outbox" where "set_aside_at" is not null order by "set_aside_at", "id";
-- 

-- readOutboxLoad
select "topic", count("id") as "count", count("set_aside_at") as "dead", min(case when "set_aside_at" is null then "created_at" end) as "oldest_at" from "outbox" group by "topic";
-- 

-- readDoneEvents
select "subscriber", "event_id" from "done_events" where "subscriber" in (?, ?) and "event_id" in (?, ?);
-- notify, notify, 1, 1

-- lockDueEvents
select * from "outbox" where "set_aside_at" is null and "due_at" <= (select ?) order by "due_at" limit (select ?);
-- 2026-06-01T12:00:00.000Z, 64

-- lockDueEvents: of some topics
select * from "outbox" where "set_aside_at" is null and "due_at" <= (select ?) and "topic" in (?) order by "due_at" limit (select ?);
-- 2026-06-01T12:00:00.000Z, post.liked, 64

-- lockUntouched
select "id" from "outbox" where "id" in (?, ?) and "claims" = (select ?) and "due_at" = "created_at";
-- 1, 2, 0

-- lockEvents
select "id" from "outbox" where "id" in (?, ?) order by "id";
-- 1, 2
