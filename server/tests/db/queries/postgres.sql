-- findAccountByName
select "accounts".* from "account_names" inner join "accounts" on "accounts"."id" = "account_names"."account_id" where "account_names"."name_key" = $1 and "account_names"."kind" = any($2) and "accounts"."deleted_at" is null;
-- alice, username,email

-- readNameHolders
select "account_names"."name_key", "accounts"."id", "accounts"."created_at" from "account_names" inner join "accounts" on "accounts"."id" = "account_names"."account_id" where "account_names"."name_key" in ($1, $2);
-- alice, bob

-- findAccount
select * from "accounts" where "id" = $1 and "accounts"."deleted_at" is null;
-- 1

-- readTakenNames
select "name_key" from "account_names" where "name_key" = any($1);
-- alice,alice2,alice3

-- listAccountNames
select * from "account_names" where "account_id" = $1;
-- 1

-- findNameHolder
select "account_id" from "account_names" where "name_key" = $1;
-- alice

-- readAccountIds
select "id" from "accounts" where "id" in ($1, $2) and "accounts"."deleted_at" is null;
-- 1, 2

-- listAccounts: all
select "accounts".* from "accounts" where "accounts"."deleted_at" is null and ("accounts"."created_at" <= $1 and ("accounts"."created_at" < $2 or "accounts"."id" < $3)) order by "accounts"."created_at" desc, "accounts"."id" desc limit $4;
-- 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- listAccounts: by name, role and state
select "account_id" as "id" from "account_names" where "name_key" >= $1 and "name_key" < $2 limit $3;
-- ali, ali􏿿, 4001
select "id" from "accounts" where "display_name_key" >= $1 and "display_name_key" < $2 limit $3;
-- ali, ali􏿿, 1001

-- listAccounts: disabled
select "accounts".* from "accounts" where "accounts"."deleted_at" is null and "accounts"."disabled_at" > $1 and ("accounts"."created_at" <= $2 and ("accounts"."created_at" < $3 or "accounts"."id" < $4)) order by "accounts"."created_at" desc, "accounts"."id" desc limit $5;
-- , 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- listAdmins
select "id", "username", "email", "language" from "accounts" where "role" = $1 and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) order by "username";
-- admin

-- readAccountCards
select "accounts"."id", "accounts"."username", "accounts"."display_name", "media"."public_key" as "avatar_key", "media"."blurhash" as "avatar_blurhash" from "accounts" left join "media" on "media"."id" = "accounts"."avatar_media_id" and "media"."state" = $1 where "accounts"."id" = any($2) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null);
-- ready, 1,2,3

-- readUsernameIds
select "name_key", "account_id" from "account_names" where "name_key" = any($1) and "kind" = $2;
-- alice,bob, username

-- readHeads: from the newest

      select followee_id as "authorId", coalesce((
        select feed_key from posts
        where account_id = follows.followee_id and "posts"."state" = $1
          and feed_key < $2 and feed_key > $3
        order by feed_key desc limit 1
      ), 0) as "key"
      from follows where follower_id = $4
      order by 2 desc limit $5;
-- published, 8192, 4096, 1, 21

-- readHeads: from the oldest

      select followee_id as "authorId", coalesce((
        select feed_key from posts
        where account_id = follows.followee_id and "posts"."state" = $1
          and feed_key < $2 and feed_key > $3
        order by feed_key asc limit 1
      ), 9007199254740991) as "key"
      from follows where follower_id = $4
      order by 2 asc limit $5;
-- published, 8192, 4096, 1, 21

-- readEntries
select "posts".*, "accounts"."username", "accounts"."display_name", "media"."public_key" as "avatar_key", "media"."blurhash" as "avatar_blurhash" from "posts" left join "accounts" on "accounts"."id" = "posts"."account_id" and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) left join "media" on "media"."id" = "accounts"."avatar_media_id" and "media"."state" = $1 where "posts"."id" = any($2);
-- ready, 1,2,3

-- readOfAuthors
select first.* from
          unnest($1::integer[], $2::bigint[]) as authors(id, place)
          cross join lateral (
      select feed_key, id, account_id from posts
      where account_id = "authors"."id" and "posts"."state" = $3 and feed_key < "authors"."place" and feed_key > $4
      order by feed_key desc limit $5) as first;
-- 1,2, 8192,6000, published, 4096, 21

-- listTimeline
select "posts".*, "accounts"."username", "accounts"."display_name", "media"."public_key" as "avatar_key", "media"."blurhash" as "avatar_blurhash" from (
      select feed_key from (
        select feed_key, account_id from posts where feed_key < $1 and feed_key > $2
        order by feed_key desc limit 2000
      ) as recent
      where account_id = $3
        or account_id in (select followee_id from follows where follower_id = $4)
      order by feed_key desc limit 21
    ) as "page" inner join "posts" on "posts"."feed_key" = "page"."feed_key" left join "accounts" on "accounts"."id" = "posts"."account_id" and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) left join "media" on "media"."id" = "accounts"."avatar_media_id" and "media"."state" = $5 order by "posts"."feed_key" desc;
-- 9007199254740991, 0, 1, 1, ready
select "posts".*, "accounts"."username", "accounts"."display_name", "media"."public_key" as "avatar_key", "media"."blurhash" as "avatar_blurhash" from (
      with given as materialized (
        select cast($1 as integer) as viewer_id,
          cast($2 as bigint) as before, cast($3 as bigint) as after
      ), authors as materialized (
        select followee_id as id from follows where follower_id = (select viewer_id from given)
        union all select (select viewer_id from given)
      ), firsts as materialized (
        select authors.id, first.feed_key from authors
        cross join lateral (
    select feed_key from posts where account_id = "authors"."id" and "posts"."state" = $4 and feed_key < (select before from given) and feed_key > (select after from given)
    order by feed_key desc limit 2) as first
      ), page_end as materialized (
        select coalesce((
          select feed_key from firsts order by feed_key desc limit 1 offset 20
        ), 0) as feed_key
      ), others as materialized (
        select other.feed_key from (
          select id, min(feed_key) as feed_key from firsts
          group by id having count(*) = 2
        ) as last
        cross join lateral (
    select feed_key from posts where account_id = "last"."id" and "posts"."state" = $5 and feed_key < last.feed_key and feed_key > (select feed_key from page_end) and feed_key < (select before from given) and feed_key > (select after from given)
    order by feed_key desc limit 21) as other
        where last.feed_key > (select feed_key from page_end)
      )
      select feed_key from firsts
      union all select feed_key from others
      order by feed_key desc limit 21
    ) as "page" inner join "posts" on "posts"."feed_key" = "page"."feed_key" left join "accounts" on "accounts"."id" = "posts"."account_id" and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) left join "media" on "media"."id" = "accounts"."avatar_media_id" and "media"."state" = $6 order by "posts"."feed_key" desc;
-- 1, 9007199254740991, 0, published, published, ready

-- listTimeline: above a key
select "posts".*, "accounts"."username", "accounts"."display_name", "media"."public_key" as "avatar_key", "media"."blurhash" as "avatar_blurhash" from (
      select feed_key from (
        select feed_key, account_id from posts where feed_key < $1 and feed_key > $2
        order by feed_key asc limit 2000
      ) as recent
      where account_id = $3
        or account_id in (select followee_id from follows where follower_id = $4)
      order by feed_key asc limit 21
    ) as "page" inner join "posts" on "posts"."feed_key" = "page"."feed_key" left join "accounts" on "accounts"."id" = "posts"."account_id" and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) left join "media" on "media"."id" = "accounts"."avatar_media_id" and "media"."state" = $5 order by "posts"."feed_key" asc;
-- 9007199254740991, 4096, 1, 1, ready
select "posts".*, "accounts"."username", "accounts"."display_name", "media"."public_key" as "avatar_key", "media"."blurhash" as "avatar_blurhash" from (
      with given as materialized (
        select cast($1 as integer) as viewer_id,
          cast($2 as bigint) as before, cast($3 as bigint) as after
      ), authors as materialized (
        select followee_id as id from follows where follower_id = (select viewer_id from given)
        union all select (select viewer_id from given)
      ), firsts as materialized (
        select authors.id, first.feed_key from authors
        cross join lateral (
    select feed_key from posts where account_id = "authors"."id" and "posts"."state" = $4 and feed_key < (select before from given) and feed_key > (select after from given)
    order by feed_key asc limit 2) as first
      ), page_end as materialized (
        select coalesce((
          select feed_key from firsts order by feed_key asc limit 1 offset 20
        ), 9007199254740991) as feed_key
      ), others as materialized (
        select other.feed_key from (
          select id, max(feed_key) as feed_key from firsts
          group by id having count(*) = 2
        ) as last
        cross join lateral (
    select feed_key from posts where account_id = "last"."id" and "posts"."state" = $5 and feed_key > last.feed_key and feed_key < (select feed_key from page_end) and feed_key < (select before from given) and feed_key > (select after from given)
    order by feed_key asc limit 21) as other
        where last.feed_key < (select feed_key from page_end)
      )
      select feed_key from firsts
      union all select feed_key from others
      order by feed_key asc limit 21
    ) as "page" inner join "posts" on "posts"."feed_key" = "page"."feed_key" left join "accounts" on "accounts"."id" = "posts"."account_id" and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) left join "media" on "media"."id" = "accounts"."avatar_media_id" and "media"."state" = $6 order by "posts"."feed_key" asc;
-- 1, 9007199254740991, 4096, published, published, ready

-- listTimeline: all at once

      select followee_id as "authorId", coalesce((
        select feed_key from posts
        where account_id = follows.followee_id and "posts"."state" = $1
          and feed_key < $2 and feed_key > $3
        order by feed_key desc limit 1
      ), 0) as "key"
      from follows where follower_id = $4
      order by 2 desc limit $5;
-- published, 9007199254740991, 0, 1, 1001
select first.* from
          unnest($1::integer[], $2::bigint[]) as authors(id, place)
          cross join lateral (
      select feed_key, id, account_id from posts
      where account_id = "authors"."id" and "posts"."state" = $3 and feed_key < "authors"."place" and feed_key > $4
      order by feed_key desc limit $5) as first;
-- 1, 9007199254740991, published, 0, 1001

-- listExplore: above a key
select "posts".*, "accounts"."username", "accounts"."display_name", "media"."public_key" as "avatar_key", "media"."blurhash" as "avatar_blurhash" from "posts" left join "accounts" on "accounts"."id" = "posts"."account_id" and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) left join "media" on "media"."id" = "accounts"."avatar_media_id" and "media"."state" = $1 where "posts"."feed_key" < $2 and "posts"."feed_key" > $3 order by "posts"."feed_key" asc limit 21;
-- ready, 9007199254740991, 4096

-- listExplore: all
select "posts".*, "accounts"."username", "accounts"."display_name", "media"."public_key" as "avatar_key", "media"."blurhash" as "avatar_blurhash" from "posts" left join "accounts" on "accounts"."id" = "posts"."account_id" and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) left join "media" on "media"."id" = "accounts"."avatar_media_id" and "media"."state" = $1 where "posts"."feed_key" < $2 order by "posts"."feed_key" desc limit 21;
-- ready, 9007199254740991

-- listExplore: with media
select "posts".*, "accounts"."username", "accounts"."display_name", "media"."public_key" as "avatar_key", "media"."blurhash" as "avatar_blurhash" from "posts" left join "accounts" on "accounts"."id" = "posts"."account_id" and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) left join "media" on "media"."id" = "accounts"."avatar_media_id" and "media"."state" = $1 where "posts"."has_media" = $2 and "posts"."feed_key" < $3 order by "posts"."feed_key" desc limit 21;
-- ready, 1, 9007199254740991

-- listByAuthor: all
select "posts".*, "accounts"."username", "accounts"."display_name", "media"."public_key" as "avatar_key", "media"."blurhash" as "avatar_blurhash" from "posts" left join "accounts" on "accounts"."id" = "posts"."account_id" and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) left join "media" on "media"."id" = "accounts"."avatar_media_id" and "media"."state" = $1 where "posts"."account_id" = $2 and "posts"."state" = $3 and "posts"."feed_key" < $4 order by "posts"."feed_key" desc limit 21;
-- ready, 1, published, 9007199254740991

-- listByAuthor: with media
select "posts".*, "accounts"."username", "accounts"."display_name", "media"."public_key" as "avatar_key", "media"."blurhash" as "avatar_blurhash" from "posts" left join "accounts" on "accounts"."id" = "posts"."account_id" and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) left join "media" on "media"."id" = "accounts"."avatar_media_id" and "media"."state" = $1 where "posts"."account_id" = $2 and "posts"."has_media" = $3 and "posts"."feed_key" < $4 order by "posts"."feed_key" desc limit 21;
-- ready, 1, 1, 9007199254740991

-- isFollowing
select "follow_key" from "follows" where "follower_id" = $1 and "followee_id" = $2;
-- 1, 2

-- readFollowed
select "followee_id" as "target" from "follows" where "followee_id" = any($1) and "follower_id" = $2;
-- 2,3, 1

-- listFolloweeIds
select "followee_id" from "follows" where "follower_id" = $1;
-- 1

-- listFollows: followees
select "follows".* from "follows" where "follows"."follower_id" = $1 and "follows"."follow_key" < $2 order by "follows"."follow_key" desc limit 21;
-- 1, 9007199254740991

-- listFollows: followers
select "follows".* from "follows" where "follows"."followee_id" = $1 and "follows"."follow_key" < $2 order by "follows"."follow_key" desc limit 21;
-- 1, 4096

-- listVisibleFollows: followees
select "follows".* from "follows" left join "accounts" on "accounts"."id" = "follows"."followee_id" where "follows"."follower_id" = $1 and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) and "follows"."follow_key" < $2 order by "follows"."follow_key" desc limit 21;
-- 1, 9007199254740991

-- listVisibleFollows: followers
select "follows".* from "follows" left join "accounts" on "accounts"."id" = "follows"."follower_id" where "follows"."followee_id" = $1 and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) and "follows"."follow_key" < $2 order by "follows"."follow_key" desc limit 21;
-- 1, 4096

-- findIdempotentResult
select "operation", "fingerprint", "result_id" from "idempotency_keys" where "account_id" = $1 and "key" = $2;
-- 1, k

-- findMedia
select * from "media" where "id" = $1;
-- 1

-- findShownMedia
select "media".*, "posts"."state" as "post_state", "accounts"."disabled_at", "accounts"."deleted_at" from "media" left join "posts" on "posts"."id" = "media"."post_id" inner join "accounts" on "accounts"."id" = "media"."account_id" where "media"."id" = $1;
-- 1

-- findMediaByPublicKey
select "media".*, "posts"."state" as "post_state", "accounts"."disabled_at", "accounts"."deleted_at" from "media" left join "posts" on "posts"."id" = "media"."post_id" inner join "accounts" on "accounts"."id" = "media"."account_id" where "media"."public_key" = $1;
-- abc

-- readMediaOfPosts
select "id", "purpose", "post_id", "state", "alt", "width", "height", "is_animated", "blurhash", "public_key", "variants", "camera_make", "camera_model", "taken_at", "latitude", "longitude" from "media" where "post_id" = any($1) order by "post_id", "position";
-- 1,2,3

-- listMedia: of a post
select * from "media" where "post_id" = $1;
-- 1

-- listMedia: of an account
select * from "media" where "account_id" = $1 limit $2;
-- 1, 100

-- listMedia: loose
select * from "media" where "created_at" < $1 and "purpose" in ($2, $3, $4) and "post_id" is null limit $5;
-- 2026-06-01T12:00:00.000Z, post, given-back, document, 100

-- listMediaByPrefix: originals
select "id", "original_key", "public_key", "variants", "created_at" from "media" where "original_key" >= $1 and "original_key" < $2;
-- ab, abg

-- listMediaByPrefix: variants
select "id", "original_key", "public_key", "variants", "created_at" from "media" where "public_key" >= $1 and "public_key" < $2;
-- ab, abg

-- listOriginals: all
select "media"."id", "media"."account_id", "media"."purpose", "media"."original_key", "media"."bytes", "media"."public_key", "media"."variants", "accounts"."username" as "username", "accounts"."login_name", "accounts"."email" from "media" left join "accounts" on "accounts"."id" = "media"."account_id" left join "posts" on "posts"."id" = "media"."post_id" where (("media"."purpose" = $1 or ("posts"."state" = $2 and "posts"."reply_to_id" is null)) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null)) and (not exists (select 1 from blocks where blocks.account_id = "media"."account_id" and blocks.target_id = $3) and not exists (select 1 from blocks where blocks.account_id = $4 and blocks.target_id = "media"."account_id")) order by "media"."created_at" desc, "media"."id" desc limit $5 offset $6;
-- file, published, 2, 2, 20, 0

-- listOriginals: of an account
select "media"."id", "media"."account_id", "media"."purpose", "media"."original_key", "media"."bytes", "media"."public_key", "media"."variants", "accounts"."username" as "username", "accounts"."login_name", "accounts"."email" from "media" left join "accounts" on "accounts"."id" = "media"."account_id" left join "posts" on "posts"."id" = "media"."post_id" where (("media"."purpose" = $1 or ("posts"."state" = $2 and "posts"."reply_to_id" is null)) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null)) and (not exists (select 1 from blocks where blocks.account_id = "media"."account_id" and blocks.target_id = $3) and not exists (select 1 from blocks where blocks.account_id = $4 and blocks.target_id = "media"."account_id")) and "media"."account_id" = $5 order by "media"."created_at" desc, "media"."id" desc limit $6 offset $7;
-- file, published, 2, 2, 1, 20, 40

-- countOriginals: all
select count(*) as "count" from "posts" inner join "media" on "media"."post_id" = "posts"."id" where "posts"."has_media" = $1 and "posts"."feed_key" >= $2;
-- 1, 0
select count(*) as "count" from "media" where "post_id" is null and "purpose" = $1;
-- file
select count(*) as "count" from "accounts" inner join "media" on "media"."account_id" = "accounts"."id" left join "posts" on "posts"."id" = "media"."post_id" where "accounts"."disabled_at" > $1 and ("media"."purpose" = $2 or "posts"."feed_key" >= $3);
-- , file, 0

-- countOriginalsOf
select count(*) as "count" from "media" left join "accounts" on "accounts"."id" = "media"."account_id" left join "posts" on "posts"."id" = "media"."post_id" where (("media"."purpose" = $1 or ("posts"."state" = $2 and "posts"."reply_to_id" is null)) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null)) and (not exists (select 1 from blocks where blocks.account_id = "media"."account_id" and blocks.target_id = $3) and not exists (select 1 from blocks where blocks.account_id = $4 and blocks.target_id = "media"."account_id")) and "media"."account_id" = $5;
-- file, published, 2, 2, 1

-- countApart
select count(*) as "count" from "media" left join "accounts" on "accounts"."id" = "media"."account_id" left join "posts" on "posts"."id" = "media"."post_id" where (("media"."purpose" = $1 or ("posts"."state" = $2 and "posts"."reply_to_id" is null)) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null)) and media.account_id in (
    select target_id from blocks where account_id = $3
    union select account_id from blocks where target_id = $4
  );
-- file, published, 2, 2

-- hasBlock
select "block_key" from "blocks" where "account_id" = $1 and "target_id" = $2;
-- 1, 2

-- listVisibleBlocks
select "blocks".* from "blocks" left join "accounts" on "accounts"."id" = "blocks"."target_id" where "blocks"."account_id" = $1 and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) and "blocks"."block_key" < $2 order by "blocks"."block_key" desc limit 21;
-- 1, 4096

-- readRelations
select "account_id", "target_id" from "blocks" where "account_id" = $1 and "target_id" = any($2) union all select "account_id", "target_id" from "blocks" where "target_id" = $3 and "account_id" = any($4);
-- 1, 2,3, 1, 2,3

-- readBlocksOf
select "account_id", "target_id" from "blocks" where "account_id" = $1 limit $2;
-- 1, 1000
select "account_id", "target_id" from "blocks" where "target_id" = $1 limit $2;
-- 1, 1000

-- readBlockedPairs
select "account_id", "target_id" from "blocks" where "account_id" = any($1) and "target_id" = any($2);
-- 1,2, 3,4
select "account_id", "target_id" from "blocks" where "account_id" = any($1) and "target_id" = any($2);
-- 3,4, 1,2

-- listLikedPostsOf
select "likes"."post_id" from "likes" inner join "posts" on "posts"."id" = "likes"."post_id" where "likes"."account_id" = $1 and "posts"."account_id" = $2 order by "likes"."post_id" limit $3;
-- 1, 2, 100

-- hasLike
select "like_key" from "likes" where "account_id" = $1 and "post_id" = $2;
-- 1, 7

-- readLikedPosts
select "post_id" as "target" from "likes" where "post_id" = any($1) and "account_id" = $2;
-- 1,2,3, 1

-- listLikes: of a post
select "likes".* from "likes" where "likes"."post_id" = $1 and "likes"."like_key" < $2 order by "likes"."like_key" desc limit 21;
-- 1, 9007199254740991

-- listLikes: of an account
select "likes".* from "likes" where "likes"."account_id" = $1 and "likes"."like_key" < $2 order by "likes"."like_key" desc limit 21;
-- 1, 4096

-- listVisibleLikes
select "likes".* from "likes" left join "accounts" on "accounts"."id" = "likes"."account_id" where "likes"."post_id" = $1 and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) and "likes"."like_key" < $2 order by "likes"."like_key" desc limit 21;
-- 1, 4096

-- readNewestLikers
select "post_id", "account_id" from (select "likes"."post_id", "likes"."account_id", row_number() over(partition by "likes"."post_id" order by "likes"."like_key" desc) as "place" from "likes" inner join "accounts" on "accounts"."id" = "likes"."account_id" where "likes"."post_id" in ($1, $2) and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null)) as "ranked" where "place" <= $3 order by "place";
-- 1, 2, 4

-- findPost
select * from "posts" where "id" = any($1) and "state" <> $2;
-- 1, deleted

-- readPostIds
select "status_key", "id" from "posts" where "status_key" = any($1) and "state" <> $2;
-- 4096,8192, deleted

-- readPosts
select * from "posts" where "id" = any($1) and "state" <> $2;
-- 1,2,3, deleted

-- listDrafts
select "created_at", "id" from "posts" where "account_id" = $1 and "state" = $2 and ("created_at" <= $3 and ("created_at" < $4 or "id" < $5)) order by "created_at" desc, "id" desc limit $6;
-- 1, draft, 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- listPostsOf
select * from "posts" where "account_id" = $1 limit $2;
-- 1, 100

-- hasUploadName
select "post_id" from "upload_names" where "account_id" = $1 and "name" = $2;
-- 1, dune.jpg

-- findUploadName
select "name" from "upload_names" where "post_id" = $1;
-- 1

-- findSession
select * from "sessions" where "id" = $1;
-- 1

-- findLiveSession
select "sessions"."id", "sessions"."account_id", "sessions"."audience", "sessions"."expires_at", "sessions"."generation", "sessions"."used_generation", "sessions"."parent_generation", "sessions"."app_password_id", "accounts"."role" from "sessions" inner join "accounts" on "accounts"."id" = "sessions"."account_id" where "sessions"."id" = $1 and "sessions"."ended_at" is null and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null);
-- 1

-- readLiveRoles
select "sessions"."id", "sessions"."app_password_id", "accounts"."role" from "sessions" inner join "accounts" on "accounts"."id" = "sessions"."account_id" where "sessions"."id" = any($1) and "sessions"."ended_at" is null and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null);
-- 1,2,3

-- listSessions
select * from "sessions" where "account_id" = $1 and "ended_at" is null and "expires_at" > $2 order by "last_used_at" desc, "id" desc;
-- 1, 2026-06-01T12:00:00.000Z

-- hasSessionFrom
select distinct "address" from "sessions" where "account_id" = $1 and "address" = $2 limit $3;
-- 1, 127.0.0.1, 1

-- findVerification
select * from "verifications" where "id" = $1;
-- 1

-- findPendingVerification
select * from "verifications" where "account_id" = $1 and "purpose" = $2 and "used_at" is null order by "created_at" desc, "id" desc limit $3;
-- 1, verify-phone, 1

-- findLastVerification
select * from "verifications" where "account_id" = $1 and "purpose" = $2 order by "created_at" desc, "id" desc limit $3;
-- 1, verify-phone, 1

-- listPendingVerifications: of an account
select * from "verifications" where "purpose" = $1 and "used_at" is null and "expires_at" > $2 and "account_id" = $3 order by "created_at" desc, "id" desc limit $4;
-- invite, 2026-06-01T12:00:00.000Z, 1, 100

-- listPendingVerifications: of all
select * from "verifications" where "purpose" = $1 and "used_at" is null and "expires_at" > $2 order by "created_at" desc, "id" desc limit $3;
-- invite, 2026-06-01T12:00:00.000Z, 1000

-- findTotpKey
select * from "totp_keys" where "account_id" = $1;
-- 1

-- countRecoveryCodes
select "code_hash" from "recovery_codes" where "account_id" = $1 and "used_at" is null;
-- 1

-- listPasskeys
select * from "passkeys" where "account_id" = $1 order by "created_at" desc, "id" desc;
-- 1

-- findPasskey
select * from "passkeys" where "credential_id" = $1;
-- c

-- listAppPasswords
select * from "app_passwords" where "account_id" = $1 and "owner_mark" = $2 order by "created_at" desc, "id" desc;
-- 1, m

-- findAppPasswordId
select "id" from "app_passwords" where "account_id" = $1 and "password_hash" = $2 and "owner_mark" = $3;
-- 1, h, m

-- findIdentity
select "identities"."id", "identities"."account_id", "identities"."last_used_at", "accounts"."disabled_at", "accounts"."deleted_at" from "identities" inner join "accounts" on "accounts"."id" = "identities"."account_id" where "identities"."issuer" = $1 and "identities"."subject" = $2;
-- https://accounts.google.com, 1

-- listIdentities
select * from "identities" where "account_id" = $1 order by "created_at", "id";
-- 1

-- listAuditEntries: all
select * from "audit_log" order by "id" desc limit 21;
-- 

-- listAuditEntries: of an account
select * from "audit_log" where "account_id" = $1 and "id" < $2 order by "id" desc limit 21;
-- 1, 4096

-- listAuditEntries: of an action
select * from "audit_log" where "action" = $1 and "id" < $2 order by "id" desc limit 21;
-- session.refused, 4096

-- findDevice
select * from "devices" where "device_id" = $1;
-- phone

-- findTokenOwner
select "account_id" from "devices" where "token_hash" in ($1, $2);
-- ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff, 0000000000000000000000000000000000000000000000000000000000000000

-- listDevices
select "devices".*, "sessions"."ended_at", "sessions"."id" as "live_session_id" from "devices" left join "sessions" on "sessions"."id" = "devices"."session_id" where "devices"."account_id" = $1 order by "devices"."updated_at" desc, "devices"."id" desc;
-- 1

-- listPushTargets
select "devices"."id", "devices"."type", "devices"."token", "devices"."token_hash" from "devices" inner join "accounts" on "accounts"."id" = "devices"."account_id" left join "sessions" on "sessions"."id" = "devices"."session_id" where "devices"."is_active" = $1 and "devices"."token" is not null and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) and ("devices"."session_id" is null or ("sessions"."id" is not null and "sessions"."ended_at" is null)) and "devices"."account_id" = $2 order by "devices"."updated_at" desc, "devices"."id" desc;
-- 1, 1

-- readReachableAccounts
select distinct "devices"."account_id" from "devices" inner join "accounts" on "accounts"."id" = "devices"."account_id" left join "sessions" on "sessions"."id" = "devices"."session_id" where "devices"."is_active" = $1 and "devices"."token" is not null and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) and ("devices"."session_id" is null or ("sessions"."id" is not null and "sessions"."ended_at" is null)) and "devices"."account_id" in ($2, $3, $4, $5, $6);
-- 1, 1, 2, 3, 1, 1

-- findPushTarget
select "devices"."id", "devices"."type", "devices"."token", "devices"."token_hash" from "devices" inner join "accounts" on "accounts"."id" = "devices"."account_id" left join "sessions" on "sessions"."id" = "devices"."session_id" where "devices"."is_active" = $1 and "devices"."token" is not null and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) and ("devices"."session_id" is null or ("sessions"."id" is not null and "sessions"."ended_at" is null)) and "devices"."id" = $2 and "devices"."account_id" = $3;
-- 1, 1, 1

-- findNotificationSettings
select * from "notification_settings" where "account_id" = $1;
-- 1

-- readNotificationMarks
select "account_id", "last_key", "read_key" from "notification_settings" where "account_id" in ($1, $2, $3, $4, $5);
-- 1, 2, 3, 1, 1

-- findNotification
select * from "notifications" where "account_id" = $1 and "group_key" = $2;
-- 1, liked:1

-- listCalls
select "account_id", "kind", "actor_count" from "notifications" where "post_id" = $1 and "kind" in ($2, $3);
-- 1, mentioned, replied

-- listNotifications
select "notifications".* from "notifications" left join "accounts" as "actors" on "actors"."id" = "notifications"."actor_id" left join "posts" on "posts"."id" = "notifications"."post_id" where "notifications"."actor_count" > $1 and ("notifications"."post_id" is null or "posts"."state" = $2) and (("notifications"."kind" <> $3 and ("actors"."disabled_at" is null and "actors"."deleted_at" is null) and (not exists (select 1 from blocks where blocks.account_id = "notifications"."account_id" and blocks.target_id = "notifications"."actor_id") and not exists (select 1 from blocks where blocks.account_id = "notifications"."actor_id" and blocks.target_id = "notifications"."account_id"))) or exists (select "likes"."post_id" from "likes" inner join "accounts" as "likers" on "likers"."id" = "likes"."account_id" where "notifications"."kind" = $4 and "likes"."post_id" = "notifications"."post_id" and "likes"."account_id" <> "notifications"."account_id" and ("likers"."disabled_at" is null and "likers"."deleted_at" is null) and (not exists (select 1 from blocks where blocks.account_id = "notifications"."account_id" and blocks.target_id = "likers"."id") and not exists (select 1 from blocks where blocks.account_id = "likers"."id" and blocks.target_id = "notifications"."account_id")))) and "notifications"."account_id" = $5 and "notifications"."notification_key" < $6 order by "notifications"."notification_key" desc limit 21;
-- 0, published, liked, liked, 1, 4096

-- listNotificationsSince
select "notifications".* from "notifications" left join "accounts" as "actors" on "actors"."id" = "notifications"."actor_id" left join "posts" on "posts"."id" = "notifications"."post_id" where "notifications"."actor_count" > $1 and ("notifications"."post_id" is null or "posts"."state" = $2) and (("notifications"."kind" <> $3 and ("actors"."disabled_at" is null and "actors"."deleted_at" is null) and (not exists (select 1 from blocks where blocks.account_id = "notifications"."account_id" and blocks.target_id = "notifications"."actor_id") and not exists (select 1 from blocks where blocks.account_id = "notifications"."actor_id" and blocks.target_id = "notifications"."account_id"))) or exists (select "likes"."post_id" from "likes" inner join "accounts" as "likers" on "likers"."id" = "likes"."account_id" where "notifications"."kind" = $4 and "likes"."post_id" = "notifications"."post_id" and "likes"."account_id" <> "notifications"."account_id" and ("likers"."disabled_at" is null and "likers"."deleted_at" is null) and (not exists (select 1 from blocks where blocks.account_id = "notifications"."account_id" and blocks.target_id = "likers"."id") and not exists (select 1 from blocks where blocks.account_id = "likers"."id" and blocks.target_id = "notifications"."account_id")))) and (("notifications"."account_id" = $5 and "notifications"."notification_key" > $6) or ("notifications"."account_id" = $7 and "notifications"."notification_key" > $8)) order by "notifications"."notification_key" limit $9;
-- 0, published, liked, liked, 1, 4096, 2, 8192, 100

-- readUnreadCounts
select "notifications"."account_id", count(*) as "unread" from "notifications" left join "accounts" as "actors" on "actors"."id" = "notifications"."actor_id" left join "posts" on "posts"."id" = "notifications"."post_id" inner join "notification_settings" as "settings" on "settings"."account_id" = "notifications"."account_id" where "notifications"."actor_count" > $1 and ("notifications"."post_id" is null or "posts"."state" = $2) and (("notifications"."kind" <> $3 and ("actors"."disabled_at" is null and "actors"."deleted_at" is null) and (not exists (select 1 from blocks where blocks.account_id = "notifications"."account_id" and blocks.target_id = "notifications"."actor_id") and not exists (select 1 from blocks where blocks.account_id = "notifications"."actor_id" and blocks.target_id = "notifications"."account_id"))) or exists (select "likes"."post_id" from "likes" inner join "accounts" as "likers" on "likers"."id" = "likes"."account_id" where "notifications"."kind" = $4 and "likes"."post_id" = "notifications"."post_id" and "likes"."account_id" <> "notifications"."account_id" and ("likers"."disabled_at" is null and "likers"."deleted_at" is null) and (not exists (select 1 from blocks where blocks.account_id = "notifications"."account_id" and blocks.target_id = "likers"."id") and not exists (select 1 from blocks where blocks.account_id = "likers"."id" and blocks.target_id = "notifications"."account_id")))) and "notifications"."account_id" in ($5, $6, $7, $8, $9) and "notifications"."notification_key" > "settings"."read_key" group by "notifications"."account_id";
-- 0, published, liked, liked, 1, 2, 3, 1, 1

-- listReplies: the first page
select "posts"."status_key", "posts"."id", "posts"."account_id" from "posts" where "posts"."state" = $1 and "posts"."reply_to_id" = $2 and "posts"."status_key" < $3 order by "posts"."status_key" asc limit 21;
-- published, 1, 9007199254740991

-- listReplies: a later page
select "posts"."status_key", "posts"."id", "posts"."account_id" from "posts" where "posts"."state" = $1 and "posts"."reply_to_id" = $2 and "posts"."status_key" < $3 and "posts"."status_key" > $4 order by "posts"."status_key" asc limit 21;
-- published, 1, 9007199254740991, 9

-- listThread
select "posts"."status_key", "posts"."id", "posts"."account_id" from "posts" where "posts"."state" = $1 and "posts"."root_id" = $2 and "posts"."status_key" < $3 and "posts"."status_key" > $4 order by "posts"."status_key" asc limit 21;
-- published, 1, 9007199254740991, 9

-- listBranch
select "below"."status_key", "below"."id", "below"."account_id" from (
    with recursive below as (
      select id, status_key, account_id, state, 1 as depth
      from posts where reply_to_id = $1
      union all
      select replies.id, replies.status_key, replies.account_id, replies.state, below.depth + 1
      from below join lateral (select * from posts where posts.reply_to_id = below.id offset 0) as replies on true
      where below.depth < 500
    )
    select * from below
  ) as "below" where "below"."state" = $2 and "below"."status_key" < $3 and "below"."status_key" > $4 order by "below"."status_key" asc limit 21;
-- 1, published, 9007199254740991, 9

-- readAncestorIds

    with recursive above as (
      select reply_to_id as id, 1 as height from posts where id = $1
      union all
      select posts.reply_to_id, above.height + 1 from above join posts on posts.id = above.id
      where above.height < 100
    )
    select id from above where id is not null order by height;
-- 1

-- findReport
select "reports".*, "reporters"."username" as "reporter", "targets"."username" as "target" from "reports" left join "accounts" as "reporters" on "reporters"."id" = "reports"."reporter_id" left join "accounts" as "targets" on "targets"."id" = "reports"."target_id" where "reports"."id" = $1;
-- 1

-- listReports
select "reports".*, "reporters"."username" as "reporter", "targets"."username" as "target" from "reports" left join "accounts" as "reporters" on "reporters"."id" = "reports"."reporter_id" left join "accounts" as "targets" on "targets"."id" = "reports"."target_id" where "reports"."state" = $1 and "reports"."id" < $2 order by "reports"."id" desc limit 21;
-- open, 4096

-- findByUsername
select "accounts"."id", "account_names"."name_key", "accounts"."follower_count" from "account_names" inner join "accounts" on "accounts"."id" = "account_names"."account_id" where "account_names"."name_key" >= $1 and "account_names"."name_key" < $2 and "account_names"."kind" = $3 and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) order by "account_names"."name_key" limit $4;
-- bob, bob􏿿, username, 200

-- findByDisplayName
select "id", null as "name_key", "follower_count" from "accounts" where "display_name_key" >= $1 and "display_name_key" < $2 and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) order by "display_name_key" limit $3;
-- bob, bob􏿿, 200

-- findUserDocument
select "accounts"."id", "accounts"."username", "accounts"."login_name", "accounts"."email", "user_documents"."content", "user_documents"."last_login_at" from "accounts" left join "user_documents" on "user_documents"."account_id" = "accounts"."id" where "accounts"."id" = $1 and "accounts"."deleted_at" is null;
-- 1

-- listUserDocuments
select "accounts"."id", "accounts"."username", "accounts"."login_name", "accounts"."email", "user_documents"."content", "user_documents"."last_login_at" from "accounts" left join "user_documents" on "user_documents"."account_id" = "accounts"."id" where ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) order by "accounts"."created_at" desc, "accounts"."id" desc limit $1;
-- 500

-- countUserDocuments
select count(*) as "count" from "accounts" where ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null);
-- 

-- listActiveDocuments
select "accounts"."id", "accounts"."username", "accounts"."login_name", "accounts"."email", "user_documents"."content", "user_documents"."last_login_at" from "user_documents" cross join "accounts" where "accounts"."id" = "user_documents"."account_id" and "user_documents"."active_since" > $1 and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null) order by "user_documents"."active_since" desc, "user_documents"."account_id" desc limit $2;
-- 2026-06-01T12:00:00.000Z, 500

-- countActiveDocuments
select count(*) as "count" from "user_documents" cross join "accounts" where "accounts"."id" = "user_documents"."account_id" and "user_documents"."active_since" > $1 and ("accounts"."disabled_at" is null and "accounts"."deleted_at" is null);
-- 2026-06-01T12:00:00.000Z

-- findGroup
select * from "groups" where "id" = $1;
-- 1

-- findGroupByName
select * from "groups" where "name_key" = $1;
-- dune walkers

-- listGroups
select * from "groups" where ("created_at" <= $1 and ("created_at" < $2 or "id" < $3)) order by "created_at" desc, "id" desc limit $4;
-- 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- listMemberAccounts
select "accounts".*, "group_members"."created_at" as "member_since" from "group_members" inner join "accounts" on "accounts"."id" = "group_members"."account_id" where "group_members"."group_id" = $1 and "accounts"."deleted_at" is null and ("group_members"."created_at" <= $2 and ("group_members"."created_at" < $3 or "group_members"."account_id" < $4)) order by "group_members"."created_at" desc, "group_members"."account_id" desc limit $5;
-- 1, 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- listMemberIds
select "account_id" from "group_members" where "group_id" = $1 and "account_id" > $2 order by "account_id" limit $3;
-- 1, 100, 100

-- findEventTemplate
select * from "event_templates" where "id" = $1;
-- 1

-- listEventTemplates
select * from "event_templates" where ("created_at" <= $1 and ("created_at" < $2 or "id" < $3)) order by "created_at" desc, "id" desc limit $4;
-- 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- findGroupEvent
select * from "group_events" where "id" = $1;
-- 1

-- listGroupEvents
select * from "group_events" where "group_id" = $1 and ("created_at" <= $2 and ("created_at" < $3 or "id" < $4)) order by "created_at" desc, "id" desc limit $5;
-- 1, 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- isEventDone
select "subscriber", "event_id" from "done_events" where "subscriber" in ($1, $2) and "event_id" in ($3, $4);
-- media, media, 1, 1

-- isInOutbox
select "id" from "outbox" where "id" = $1;
-- 1

-- listDeadLetters
select "id", "event_id", "topic", "subscriber", "attempts", "last_error", "set_aside_at", "request_id" from "outbox" where "set_aside_at" is not null order by "set_aside_at", "id";
-- 

-- readOutboxLoad
select "topic", count("id") as "count", count("set_aside_at") as "dead", min(case when "set_aside_at" is null then "created_at" end) as "oldest_at" from "outbox" group by "topic";
-- 

-- readDoneEvents
select "subscriber", "event_id" from "done_events" where "subscriber" in ($1, $2) and "event_id" in ($3, $4);
-- notify, notify, 1, 1

-- lockDueEvents
select * from "outbox" where "set_aside_at" is null and "due_at" <= $1 order by "due_at" limit $2 for update skip locked;
-- 2026-06-01T12:00:00.000Z, 64

-- lockDueEvents: of some topics
select * from "outbox" where "set_aside_at" is null and "due_at" <= $1 and "topic" in ($2) order by "due_at" limit $3 for update skip locked;
-- 2026-06-01T12:00:00.000Z, post.liked, 64

-- lockUntouched
select "id" from "outbox" where "id" in ($1, $2) and "claims" = $3 and "due_at" = "created_at" for update skip locked;
-- 1, 2, 0

-- lockEvents
select "id" from "outbox" where "id" in ($1, $2) order by "id" for update;
-- 1, 2
