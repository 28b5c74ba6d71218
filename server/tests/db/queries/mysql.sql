-- findAccountByName
select `accounts`.* from `account_names` inner join `accounts` on `accounts`.`id` = `account_names`.`account_id` where `account_names`.`name_key` = ? and `account_names`.`kind` in (?, ?) and `accounts`.`deleted_at` is null;
-- alice, username, email

-- readNameHolders
select `account_names`.`name_key`, `accounts`.`id`, `accounts`.`created_at` from `account_names` inner join `accounts` on `accounts`.`id` = `account_names`.`account_id` where `account_names`.`name_key` in (?, ?);
-- alice, bob

-- findAccount
select * from `accounts` where `id` = ? and `accounts`.`deleted_at` is null;
-- 1

-- readTakenNames
select `name_key` from `account_names` where `name_key` in (?, ?, ?, ?, ?);
-- alice, alice2, alice3, alice, alice

-- listAccountNames
select * from `account_names` where `account_id` = ?;
-- 1

-- findNameHolder
select `account_id` from `account_names` where `name_key` = ?;
-- alice

-- readAccountIds
select `id` from `accounts` where `id` in (?, ?) and `accounts`.`deleted_at` is null;
-- 1, 2

-- listAccounts: all
select `accounts`.* from `accounts` where `accounts`.`deleted_at` is null and (`accounts`.`created_at` <= ? and (`accounts`.`created_at` < ? or `accounts`.`id` < ?)) order by `accounts`.`created_at` desc, `accounts`.`id` desc limit ?;
-- 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- listAccounts: by name, role and state
select `account_id` as `id` from `account_names` where `name_key` >= ? and `name_key` < ? limit ?;
-- ali, ali􏿿, 4001
select `id` from `accounts` where `display_name_key` >= ? and `display_name_key` < ? limit ?;
-- ali, ali􏿿, 1001

-- listAccounts: disabled
select `accounts`.* from `accounts` where `accounts`.`deleted_at` is null and `accounts`.`disabled_at` > ? and (`accounts`.`created_at` <= ? and (`accounts`.`created_at` < ? or `accounts`.`id` < ?)) order by `accounts`.`created_at` desc, `accounts`.`id` desc limit ?;
-- , 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- listAdmins
select `id`, `username`, `email`, `language` from `accounts` where `role` = ? and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) order by `username`;
-- admin

-- readAccountCards
select `accounts`.`id`, `accounts`.`username`, `accounts`.`display_name`, `media`.`public_key` as `avatar_key`, `media`.`blurhash` as `avatar_blurhash` from `accounts` left join `media` on `media`.`id` = `accounts`.`avatar_media_id` and `media`.`state` = ? where `accounts`.`id` in (?, ?, ?, ?, ?) and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null);
-- ready, 1, 2, 3, 1, 1

-- readUsernameIds
select `name_key`, `account_id` from `account_names` where `name_key` in (?, ?) and `kind` = ?;
-- alice, bob, username

-- readHeads: from the newest

      select followee_id as `authorId`, coalesce((
        select feed_key from posts force index (posts_account_id_state_feed_key)
        where account_id = follows.followee_id and `posts`.`state` = ?
          and feed_key < ? and feed_key > ?
        order by feed_key desc limit 1
      ), 0) as `key`
      from follows where follower_id = ?
      order by 2 desc limit ?;
-- published, 8192, 4096, 1, 21

-- readHeads: from the oldest

      select followee_id as `authorId`, coalesce((
        select feed_key from posts force index (posts_account_id_state_feed_key)
        where account_id = follows.followee_id and `posts`.`state` = ?
          and feed_key < ? and feed_key > ?
        order by feed_key asc limit 1
      ), 9007199254740991) as `key`
      from follows where follower_id = ?
      order by 2 asc limit ?;
-- published, 8192, 4096, 1, 21

-- readEntries
select `posts`.*, `accounts`.`username`, `accounts`.`display_name`, `media`.`public_key` as `avatar_key`, `media`.`blurhash` as `avatar_blurhash` from `posts` left join `accounts` on `accounts`.`id` = `posts`.`account_id` and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) left join `media` on `media`.`id` = `accounts`.`avatar_media_id` and `media`.`state` = ? where `posts`.`id` in (?, ?, ?, ?, ?);
-- ready, 1, 2, 3, 1, 1

-- readOfAuthors
(
      select feed_key, id, account_id from posts force index (posts_account_id_state_feed_key)
      where account_id = ? and `posts`.`state` = ? and feed_key < ? and feed_key > ?
      order by feed_key desc limit ?) union all (
      select feed_key, id, account_id from posts force index (posts_account_id_state_feed_key)
      where account_id = ? and `posts`.`state` = ? and feed_key < ? and feed_key > ?
      order by feed_key desc limit ?);
-- 1, published, 8192, 4096, 21, 2, published, 6000, 4096, 21

-- listTimeline
select `posts`.*, `accounts`.`username`, `accounts`.`display_name`, `media`.`public_key` as `avatar_key`, `media`.`blurhash` as `avatar_blurhash` from (
      select feed_key from (
        select feed_key, account_id from posts where feed_key < ? and feed_key > ?
        order by feed_key desc limit 400
      ) as recent
      where account_id = ?
        or account_id in (select followee_id from follows where follower_id = ?)
      order by feed_key desc limit 21
    ) as `page` inner join `posts` on `posts`.`feed_key` = `page`.`feed_key` left join `accounts` on `accounts`.`id` = `posts`.`account_id` and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) left join `media` on `media`.`id` = `accounts`.`avatar_media_id` and `media`.`state` = ? order by `posts`.`feed_key` desc;
-- 9007199254740991, 0, 1, 1, ready

      select followee_id as `authorId`, coalesce((
        select feed_key from posts force index (posts_account_id_state_feed_key)
        where account_id = follows.followee_id and `posts`.`state` = ?
          and feed_key < ? and feed_key > ?
        order by feed_key desc limit 1
      ), 0) as `key`
      from follows where follower_id = ?
      order by 2 desc limit ?;
-- published, 9007199254740991, 0, 1, 21
(
      select feed_key, id, account_id from posts force index (posts_account_id_state_feed_key)
      where account_id = ? and `posts`.`state` = ? and feed_key < ? and feed_key > ?
      order by feed_key desc limit ?) union all (
      select feed_key, id, account_id from posts force index (posts_account_id_state_feed_key)
      where account_id = ? and `posts`.`state` = ? and feed_key < ? and feed_key > ?
      order by feed_key desc limit ?);
-- 1, published, 9007199254740991, 0, 21, 1, published, 9007199254740991, 0, 21

-- listTimeline: above a key
select `posts`.*, `accounts`.`username`, `accounts`.`display_name`, `media`.`public_key` as `avatar_key`, `media`.`blurhash` as `avatar_blurhash` from (
      select feed_key from (
        select feed_key, account_id from posts where feed_key < ? and feed_key > ?
        order by feed_key asc limit 400
      ) as recent
      where account_id = ?
        or account_id in (select followee_id from follows where follower_id = ?)
      order by feed_key asc limit 21
    ) as `page` inner join `posts` on `posts`.`feed_key` = `page`.`feed_key` left join `accounts` on `accounts`.`id` = `posts`.`account_id` and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) left join `media` on `media`.`id` = `accounts`.`avatar_media_id` and `media`.`state` = ? order by `posts`.`feed_key` asc;
-- 9007199254740991, 4096, 1, 1, ready

      select followee_id as `authorId`, coalesce((
        select feed_key from posts force index (posts_account_id_state_feed_key)
        where account_id = follows.followee_id and `posts`.`state` = ?
          and feed_key < ? and feed_key > ?
        order by feed_key asc limit 1
      ), 9007199254740991) as `key`
      from follows where follower_id = ?
      order by 2 asc limit ?;
-- published, 9007199254740991, 4096, 1, 21
(
      select feed_key, id, account_id from posts force index (posts_account_id_state_feed_key)
      where account_id = ? and `posts`.`state` = ? and feed_key > ? and feed_key < ?
      order by feed_key asc limit ?) union all (
      select feed_key, id, account_id from posts force index (posts_account_id_state_feed_key)
      where account_id = ? and `posts`.`state` = ? and feed_key > ? and feed_key < ?
      order by feed_key asc limit ?);
-- 1, published, 4096, 9007199254740991, 21, 1, published, 4096, 9007199254740991, 21

-- listTimeline: all at once

      select followee_id as `authorId`, coalesce((
        select feed_key from posts force index (posts_account_id_state_feed_key)
        where account_id = follows.followee_id and `posts`.`state` = ?
          and feed_key < ? and feed_key > ?
        order by feed_key desc limit 1
      ), 0) as `key`
      from follows where follower_id = ?
      order by 2 desc limit ?;
-- published, 9007199254740991, 0, 1, 1001
(
      select feed_key, id, account_id from posts force index (posts_account_id_state_feed_key)
      where account_id = ? and `posts`.`state` = ? and feed_key < ? and feed_key > ?
      order by feed_key desc limit ?) union all (
      select feed_key, id, account_id from posts force index (posts_account_id_state_feed_key)
      where account_id = ? and `posts`.`state` = ? and feed_key < ? and feed_key > ?
      order by feed_key desc limit ?);
-- 1, published, 9007199254740991, 0, 1001, 1, published, 9007199254740991, 0, 1001

-- listExplore: above a key
select `posts`.*, `accounts`.`username`, `accounts`.`display_name`, `media`.`public_key` as `avatar_key`, `media`.`blurhash` as `avatar_blurhash` from `posts` left join `accounts` on `accounts`.`id` = `posts`.`account_id` and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) left join `media` on `media`.`id` = `accounts`.`avatar_media_id` and `media`.`state` = ? where `posts`.`feed_key` < ? and `posts`.`feed_key` > ? order by `posts`.`feed_key` asc limit 21;
-- ready, 9007199254740991, 4096

-- listExplore: all
select `posts`.*, `accounts`.`username`, `accounts`.`display_name`, `media`.`public_key` as `avatar_key`, `media`.`blurhash` as `avatar_blurhash` from `posts` left join `accounts` on `accounts`.`id` = `posts`.`account_id` and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) left join `media` on `media`.`id` = `accounts`.`avatar_media_id` and `media`.`state` = ? where `posts`.`feed_key` < ? order by `posts`.`feed_key` desc limit 21;
-- ready, 9007199254740991

-- listExplore: with media
select `posts`.*, `accounts`.`username`, `accounts`.`display_name`, `media`.`public_key` as `avatar_key`, `media`.`blurhash` as `avatar_blurhash` from `posts` left join `accounts` on `accounts`.`id` = `posts`.`account_id` and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) left join `media` on `media`.`id` = `accounts`.`avatar_media_id` and `media`.`state` = ? where `posts`.`has_media` = ? and `posts`.`feed_key` < ? order by `posts`.`feed_key` desc limit 21;
-- ready, 1, 9007199254740991

-- listByAuthor: all
select `posts`.*, `accounts`.`username`, `accounts`.`display_name`, `media`.`public_key` as `avatar_key`, `media`.`blurhash` as `avatar_blurhash` from `posts` left join `accounts` on `accounts`.`id` = `posts`.`account_id` and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) left join `media` on `media`.`id` = `accounts`.`avatar_media_id` and `media`.`state` = ? where `posts`.`account_id` = ? and `posts`.`state` = ? and `posts`.`feed_key` < ? order by `posts`.`feed_key` desc limit 21;
-- ready, 1, published, 9007199254740991

-- listByAuthor: with media
select `posts`.*, `accounts`.`username`, `accounts`.`display_name`, `media`.`public_key` as `avatar_key`, `media`.`blurhash` as `avatar_blurhash` from `posts` left join `accounts` on `accounts`.`id` = `posts`.`account_id` and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) left join `media` on `media`.`id` = `accounts`.`avatar_media_id` and `media`.`state` = ? where `posts`.`account_id` = ? and `posts`.`has_media` = ? and `posts`.`feed_key` < ? order by `posts`.`feed_key` desc limit 21;
-- ready, 1, 1, 9007199254740991

-- isFollowing
select `follow_key` from `follows` where `follower_id` = ? and `followee_id` = ?;
-- 1, 2

-- readFollowed
select `followee_id` as `target` from `follows` where `followee_id` in (?, ?) and `follower_id` = ?;
-- 2, 3, 1

-- listFolloweeIds
select `followee_id` from `follows` where `follower_id` = ?;
-- 1

-- listFollows: followees
select `follows`.* from `follows` where `follows`.`follower_id` = ? and `follows`.`follow_key` < ? order by `follows`.`follow_key` desc limit 21;
-- 1, 9007199254740991

-- listFollows: followers
select `follows`.* from `follows` where `follows`.`followee_id` = ? and `follows`.`follow_key` < ? order by `follows`.`follow_key` desc limit 21;
-- 1, 4096

-- listVisibleFollows: followees
select `follows`.* from `follows` left join `accounts` on `accounts`.`id` = `follows`.`followee_id` where `follows`.`follower_id` = ? and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) and `follows`.`follow_key` < ? order by `follows`.`follow_key` desc limit 21;
-- 1, 9007199254740991

-- listVisibleFollows: followers
select `follows`.* from `follows` left join `accounts` on `accounts`.`id` = `follows`.`follower_id` where `follows`.`followee_id` = ? and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) and `follows`.`follow_key` < ? order by `follows`.`follow_key` desc limit 21;
-- 1, 4096

-- findIdempotentResult
select `operation`, `fingerprint`, `result_id` from `idempotency_keys` where `account_id` = ? and `key` = ?;
-- 1, k

-- findMedia
select * from `media` where `id` = ?;
-- 1

-- findShownMedia
select `media`.*, `posts`.`state` as `post_state`, `accounts`.`disabled_at`, `accounts`.`deleted_at` from `media` left join `posts` on `posts`.`id` = `media`.`post_id` inner join `accounts` on `accounts`.`id` = `media`.`account_id` where `media`.`id` = ?;
-- 1

-- findMediaByPublicKey
select `media`.*, `posts`.`state` as `post_state`, `accounts`.`disabled_at`, `accounts`.`deleted_at` from `media` left join `posts` on `posts`.`id` = `media`.`post_id` inner join `accounts` on `accounts`.`id` = `media`.`account_id` where `media`.`public_key` = ?;
-- abc

-- readMediaOfPosts
select `id`, `purpose`, `post_id`, `state`, `alt`, `width`, `height`, `is_animated`, `blurhash`, `public_key`, `variants`, `camera_make`, `camera_model`, `taken_at`, `latitude`, `longitude` from `media` where `post_id` in (?, ?, ?, ?, ?) order by `post_id`, `position`;
-- 1, 2, 3, 1, 1

-- listMedia: of a post
select * from `media` where `post_id` = ?;
-- 1

-- listMedia: of an account
select * from `media` where `account_id` = ? limit ?;
-- 1, 100

-- listMedia: loose
select * from `media` where `created_at` < ? and `purpose` in (?, ?, ?) and `post_id` is null limit ?;
-- 2026-06-01T12:00:00.000Z, post, given-back, document, 100

-- listMediaByPrefix: originals
select `id`, `original_key`, `public_key`, `variants`, `created_at` from `media` where `original_key` >= ? and `original_key` < ?;
-- ab, abg

-- listMediaByPrefix: variants
select `id`, `original_key`, `public_key`, `variants`, `created_at` from `media` where `public_key` >= ? and `public_key` < ?;
-- ab, abg

-- listOriginals: all
select `media`.`id`, `media`.`account_id`, `media`.`purpose`, `media`.`original_key`, `media`.`bytes`, `media`.`public_key`, `media`.`variants`, `accounts`.`username` as `username`, `accounts`.`login_name`, `accounts`.`email` from `media` left join `accounts` on `accounts`.`id` = `media`.`account_id` left join `posts` on `posts`.`id` = `media`.`post_id` where ((`media`.`purpose` = ? or (`posts`.`state` = ? and `posts`.`reply_to_id` is null)) and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null)) and (not exists (select 1 from blocks where blocks.account_id = `media`.`account_id` and blocks.target_id = ?) and not exists (select 1 from blocks where blocks.account_id = ? and blocks.target_id = `media`.`account_id`)) order by `media`.`created_at` desc, `media`.`id` desc limit ? offset ?;
-- file, published, 2, 2, 20, 0

-- listOriginals: of an account
select `media`.`id`, `media`.`account_id`, `media`.`purpose`, `media`.`original_key`, `media`.`bytes`, `media`.`public_key`, `media`.`variants`, `accounts`.`username` as `username`, `accounts`.`login_name`, `accounts`.`email` from `media` left join `accounts` on `accounts`.`id` = `media`.`account_id` left join `posts` on `posts`.`id` = `media`.`post_id` where ((`media`.`purpose` = ? or (`posts`.`state` = ? and `posts`.`reply_to_id` is null)) and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null)) and (not exists (select 1 from blocks where blocks.account_id = `media`.`account_id` and blocks.target_id = ?) and not exists (select 1 from blocks where blocks.account_id = ? and blocks.target_id = `media`.`account_id`)) and `media`.`account_id` = ? order by `media`.`created_at` desc, `media`.`id` desc limit ? offset ?;
-- file, published, 2, 2, 1, 20, 40

-- countOriginals: all
select count(*) as `count` from `posts` inner join `media` on `media`.`post_id` = `posts`.`id` where `posts`.`has_media` = ? and `posts`.`feed_key` >= ?;
-- 1, 0
select count(*) as `count` from `media` where `post_id` is null and `purpose` = ?;
-- file
select count(*) as `count` from `accounts` inner join `media` on `media`.`account_id` = `accounts`.`id` left join `posts` on `posts`.`id` = `media`.`post_id` where `accounts`.`disabled_at` > ? and (`media`.`purpose` = ? or `posts`.`feed_key` >= ?);
-- , file, 0

-- countOriginalsOf
select count(*) as `count` from `media` left join `accounts` on `accounts`.`id` = `media`.`account_id` left join `posts` on `posts`.`id` = `media`.`post_id` where ((`media`.`purpose` = ? or (`posts`.`state` = ? and `posts`.`reply_to_id` is null)) and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null)) and (not exists (select 1 from blocks where blocks.account_id = `media`.`account_id` and blocks.target_id = ?) and not exists (select 1 from blocks where blocks.account_id = ? and blocks.target_id = `media`.`account_id`)) and `media`.`account_id` = ?;
-- file, published, 2, 2, 1

-- countApart
select count(*) as `count` from `media` left join `accounts` on `accounts`.`id` = `media`.`account_id` left join `posts` on `posts`.`id` = `media`.`post_id` where ((`media`.`purpose` = ? or (`posts`.`state` = ? and `posts`.`reply_to_id` is null)) and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null)) and media.account_id in (
    select target_id from blocks where account_id = ?
    union select account_id from blocks where target_id = ?
  );
-- file, published, 2, 2

-- hasBlock
select `block_key` from `blocks` where `account_id` = ? and `target_id` = ?;
-- 1, 2

-- listVisibleBlocks
select `blocks`.* from `blocks` left join `accounts` on `accounts`.`id` = `blocks`.`target_id` where `blocks`.`account_id` = ? and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) and `blocks`.`block_key` < ? order by `blocks`.`block_key` desc limit 21;
-- 1, 4096

-- readRelations

    select straight_join account_id, target_id from (select ? as id union all select ? as id) as wanted
    join blocks on account_id = ? and target_id = wanted.id
    union all
    select straight_join account_id, target_id from (select ? as id union all select ? as id) as wanted
    join blocks on target_id = ? and account_id = wanted.id;
-- 2, 3, 1, 2, 3, 1

-- readBlocksOf
select `account_id`, `target_id` from `blocks` where `account_id` = ? limit ?;
-- 1, 1000
select `account_id`, `target_id` from `blocks` where `target_id` = ? limit ?;
-- 1, 1000

-- readBlockedPairs
select `account_id`, `target_id` from `blocks` where `account_id` in (?, ?) and `target_id` in (?, ?);
-- 1, 2, 3, 4
select `account_id`, `target_id` from `blocks` where `account_id` in (?, ?) and `target_id` in (?, ?);
-- 3, 4, 1, 2

-- listLikedPostsOf
select `likes`.`post_id` from `likes` inner join `posts` on `posts`.`id` = `likes`.`post_id` where `likes`.`account_id` = ? and `posts`.`account_id` = ? order by `likes`.`post_id` limit ?;
-- 1, 2, 100

-- hasLike
select `like_key` from `likes` where `account_id` = ? and `post_id` = ?;
-- 1, 7

-- readLikedPosts
select `post_id` as `target` from `likes` where `post_id` in (?, ?, ?, ?, ?) and `account_id` = ?;
-- 1, 2, 3, 1, 1, 1

-- listLikes: of a post
select `likes`.* from `likes` where `likes`.`post_id` = ? and `likes`.`like_key` < ? order by `likes`.`like_key` desc limit 21;
-- 1, 9007199254740991

-- listLikes: of an account
select `likes`.* from `likes` where `likes`.`account_id` = ? and `likes`.`like_key` < ? order by `likes`.`like_key` desc limit 21;
-- 1, 4096

-- listVisibleLikes
select `likes`.* from `likes` left join `accounts` on `accounts`.`id` = `likes`.`account_id` where `likes`.`post_id` = ? and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) and `likes`.`like_key` < ? order by `likes`.`like_key` desc limit 21;
-- 1, 4096

-- readNewestLikers
select `post_id`, `account_id` from (select `likes`.`post_id`, `likes`.`account_id`, row_number() over(partition by `likes`.`post_id` order by `likes`.`like_key` desc) as `place` from `likes` inner join `accounts` on `accounts`.`id` = `likes`.`account_id` where `likes`.`post_id` in (?, ?) and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null)) as `ranked` where `place` <= ? order by `place`;
-- 1, 2, 4

-- findPost
select * from `posts` where `id` in (?, ?) and `state` <> ?;
-- 1, 1, deleted

-- readPostIds
select `status_key`, `id` from `posts` where `status_key` in (?, ?) and `state` <> ?;
-- 4096, 8192, deleted

-- readPosts
select * from `posts` where `id` in (?, ?, ?, ?, ?) and `state` <> ?;
-- 1, 2, 3, 1, 1, deleted

-- listDrafts
select `created_at`, `id` from `posts` where `account_id` = ? and `state` = ? and (`created_at` <= ? and (`created_at` < ? or `id` < ?)) order by `created_at` desc, `id` desc limit ?;
-- 1, draft, 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- listPostsOf
select * from `posts` where `account_id` = ? limit ?;
-- 1, 100

-- hasUploadName
select `post_id` from `upload_names` where `account_id` = ? and `name` = ?;
-- 1, dune.jpg

-- findUploadName
select `name` from `upload_names` where `post_id` = ?;
-- 1

-- findSession
select * from `sessions` where `id` = ?;
-- 1

-- findLiveSession
select `sessions`.`id`, `sessions`.`account_id`, `sessions`.`audience`, `sessions`.`expires_at`, `sessions`.`generation`, `sessions`.`used_generation`, `sessions`.`parent_generation`, `sessions`.`app_password_id`, `accounts`.`role` from `sessions` inner join `accounts` on `accounts`.`id` = `sessions`.`account_id` where `sessions`.`id` = ? and `sessions`.`ended_at` is null and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null);
-- 1

-- readLiveRoles
select `sessions`.`id`, `sessions`.`app_password_id`, `accounts`.`role` from `sessions` inner join `accounts` on `accounts`.`id` = `sessions`.`account_id` where `sessions`.`id` in (?, ?, ?, ?, ?) and `sessions`.`ended_at` is null and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null);
-- 1, 2, 3, 1, 1

-- listSessions
select * from `sessions` where `account_id` = ? and `ended_at` is null and `expires_at` > ? order by `last_used_at` desc, `id` desc;
-- 1, 2026-06-01T12:00:00.000Z

-- hasSessionFrom
select distinct `address` from `sessions` where `account_id` = ? and `address` = ? limit ?;
-- 1, 127.0.0.1, 1

-- findVerification
select * from `verifications` where `id` = ?;
-- 1

-- findPendingVerification
select * from `verifications` where `account_id` = ? and `purpose` = ? and `used_at` is null order by `created_at` desc, `id` desc limit ?;
-- 1, verify-phone, 1

-- findLastVerification
select * from `verifications` where `account_id` = ? and `purpose` = ? order by `created_at` desc, `id` desc limit ?;
-- 1, verify-phone, 1

-- listPendingVerifications: of an account
select * from `verifications` where `purpose` = ? and `used_at` is null and `expires_at` > ? and `account_id` = ? order by `created_at` desc, `id` desc limit ?;
-- invite, 2026-06-01T12:00:00.000Z, 1, 100

-- listPendingVerifications: of all
select * from `verifications` where `purpose` = ? and `used_at` is null and `expires_at` > ? order by `created_at` desc, `id` desc limit ?;
-- invite, 2026-06-01T12:00:00.000Z, 1000

-- findTotpKey
select * from `totp_keys` where `account_id` = ?;
-- 1

-- countRecoveryCodes
select `code_hash` from `recovery_codes` where `account_id` = ? and `used_at` is null;
-- 1

-- listPasskeys
select * from `passkeys` where `account_id` = ? order by `created_at` desc, `id` desc;
-- 1

-- findPasskey
select * from `passkeys` where `credential_id` = ?;
-- c

-- listAppPasswords
select * from `app_passwords` where `account_id` = ? and `owner_mark` = ? order by `created_at` desc, `id` desc;
-- 1, m

-- findAppPasswordId
select `id` from `app_passwords` where `account_id` = ? and `password_hash` = ? and `owner_mark` = ?;
-- 1, h, m

-- findIdentity
select `identities`.`id`, `identities`.`account_id`, `identities`.`last_used_at`, `accounts`.`disabled_at`, `accounts`.`deleted_at` from `identities` inner join `accounts` on `accounts`.`id` = `identities`.`account_id` where `identities`.`issuer` = ? and `identities`.`subject` = ?;
-- https://accounts.google.com, 1

-- listIdentities
select * from `identities` where `account_id` = ? order by `created_at`, `id`;
-- 1

-- listAuditEntries: all
select * from `audit_log` order by `id` desc limit 21;
-- 

-- listAuditEntries: of an account
select * from `audit_log` where `account_id` = ? and `id` < ? order by `id` desc limit 21;
-- 1, 4096

-- listAuditEntries: of an action
select * from `audit_log` where `action` = ? and `id` < ? order by `id` desc limit 21;
-- session.refused, 4096

-- findDevice
select * from `devices` where `device_id` = ?;
-- phone

-- findTokenOwner
select `account_id` from `devices` where `token_hash` in (?, ?);
-- ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff, 0000000000000000000000000000000000000000000000000000000000000000

-- listDevices
select `devices`.*, `sessions`.`ended_at`, `sessions`.`id` as `live_session_id` from `devices` left join `sessions` on `sessions`.`id` = `devices`.`session_id` where `devices`.`account_id` = ? order by `devices`.`updated_at` desc, `devices`.`id` desc;
-- 1

-- listPushTargets
select `devices`.`id`, `devices`.`type`, `devices`.`token`, `devices`.`token_hash` from `devices` inner join `accounts` on `accounts`.`id` = `devices`.`account_id` left join `sessions` on `sessions`.`id` = `devices`.`session_id` where `devices`.`is_active` = ? and `devices`.`token` is not null and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) and (`devices`.`session_id` is null or (`sessions`.`id` is not null and `sessions`.`ended_at` is null)) and `devices`.`account_id` = ? order by `devices`.`updated_at` desc, `devices`.`id` desc;
-- 1, 1

-- readReachableAccounts
select distinct `devices`.`account_id` from `devices` inner join `accounts` on `accounts`.`id` = `devices`.`account_id` left join `sessions` on `sessions`.`id` = `devices`.`session_id` where `devices`.`is_active` = ? and `devices`.`token` is not null and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) and (`devices`.`session_id` is null or (`sessions`.`id` is not null and `sessions`.`ended_at` is null)) and `devices`.`account_id` in (?, ?, ?, ?, ?);
-- 1, 1, 2, 3, 1, 1

-- findPushTarget
select `devices`.`id`, `devices`.`type`, `devices`.`token`, `devices`.`token_hash` from `devices` inner join `accounts` on `accounts`.`id` = `devices`.`account_id` left join `sessions` on `sessions`.`id` = `devices`.`session_id` where `devices`.`is_active` = ? and `devices`.`token` is not null and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) and (`devices`.`session_id` is null or (`sessions`.`id` is not null and `sessions`.`ended_at` is null)) and `devices`.`id` = ? and `devices`.`account_id` = ?;
-- 1, 1, 1

-- findNotificationSettings
select * from `notification_settings` where `account_id` = ?;
-- 1

-- readNotificationMarks
select `account_id`, `last_key`, `read_key` from `notification_settings` where `account_id` in (?, ?, ?, ?, ?);
-- 1, 2, 3, 1, 1

-- findNotification
select * from `notifications` where `account_id` = ? and `group_key` = ?;
-- 1, liked:1

-- listCalls
select `account_id`, `kind`, `actor_count` from `notifications` where `post_id` = ? and `kind` in (?, ?);
-- 1, mentioned, replied

-- listNotifications
select `notifications`.* from `notifications` left join `accounts` as `actors` on `actors`.`id` = `notifications`.`actor_id` left join `posts` on `posts`.`id` = `notifications`.`post_id` where `notifications`.`actor_count` > ? and (`notifications`.`post_id` is null or `posts`.`state` = ?) and ((`notifications`.`kind` <> ? and (`actors`.`disabled_at` is null and `actors`.`deleted_at` is null) and (not exists (select 1 from blocks where blocks.account_id = `notifications`.`account_id` and blocks.target_id = `notifications`.`actor_id`) and not exists (select 1 from blocks where blocks.account_id = `notifications`.`actor_id` and blocks.target_id = `notifications`.`account_id`))) or exists (select `likes`.`post_id` from `likes` inner join `accounts` as `likers` on `likers`.`id` = `likes`.`account_id` where `notifications`.`kind` = ? and `likes`.`post_id` = `notifications`.`post_id` and `likes`.`account_id` <> `notifications`.`account_id` and (`likers`.`disabled_at` is null and `likers`.`deleted_at` is null) and (not exists (select 1 from blocks where blocks.account_id = `notifications`.`account_id` and blocks.target_id = `likers`.`id`) and not exists (select 1 from blocks where blocks.account_id = `likers`.`id` and blocks.target_id = `notifications`.`account_id`)))) and `notifications`.`account_id` = ? and `notifications`.`notification_key` < ? order by `notifications`.`notification_key` desc limit 21;
-- 0, published, liked, liked, 1, 4096

-- listNotificationsSince
select `notifications`.* from `notifications` left join `accounts` as `actors` on `actors`.`id` = `notifications`.`actor_id` left join `posts` on `posts`.`id` = `notifications`.`post_id` where `notifications`.`actor_count` > ? and (`notifications`.`post_id` is null or `posts`.`state` = ?) and ((`notifications`.`kind` <> ? and (`actors`.`disabled_at` is null and `actors`.`deleted_at` is null) and (not exists (select 1 from blocks where blocks.account_id = `notifications`.`account_id` and blocks.target_id = `notifications`.`actor_id`) and not exists (select 1 from blocks where blocks.account_id = `notifications`.`actor_id` and blocks.target_id = `notifications`.`account_id`))) or exists (select `likes`.`post_id` from `likes` inner join `accounts` as `likers` on `likers`.`id` = `likes`.`account_id` where `notifications`.`kind` = ? and `likes`.`post_id` = `notifications`.`post_id` and `likes`.`account_id` <> `notifications`.`account_id` and (`likers`.`disabled_at` is null and `likers`.`deleted_at` is null) and (not exists (select 1 from blocks where blocks.account_id = `notifications`.`account_id` and blocks.target_id = `likers`.`id`) and not exists (select 1 from blocks where blocks.account_id = `likers`.`id` and blocks.target_id = `notifications`.`account_id`)))) and ((`notifications`.`account_id` = ? and `notifications`.`notification_key` > ?) or (`notifications`.`account_id` = ? and `notifications`.`notification_key` > ?)) order by `notifications`.`notification_key` limit ?;
-- 0, published, liked, liked, 1, 4096, 2, 8192, 100

-- readUnreadCounts
select `notifications`.`account_id`, count(*) as `unread` from `notifications` left join `accounts` as `actors` on `actors`.`id` = `notifications`.`actor_id` left join `posts` on `posts`.`id` = `notifications`.`post_id` inner join `notification_settings` as `settings` on `settings`.`account_id` = `notifications`.`account_id` where `notifications`.`actor_count` > ? and (`notifications`.`post_id` is null or `posts`.`state` = ?) and ((`notifications`.`kind` <> ? and (`actors`.`disabled_at` is null and `actors`.`deleted_at` is null) and (not exists (select 1 from blocks where blocks.account_id = `notifications`.`account_id` and blocks.target_id = `notifications`.`actor_id`) and not exists (select 1 from blocks where blocks.account_id = `notifications`.`actor_id` and blocks.target_id = `notifications`.`account_id`))) or exists (select `likes`.`post_id` from `likes` inner join `accounts` as `likers` on `likers`.`id` = `likes`.`account_id` where `notifications`.`kind` = ? and `likes`.`post_id` = `notifications`.`post_id` and `likes`.`account_id` <> `notifications`.`account_id` and (`likers`.`disabled_at` is null and `likers`.`deleted_at` is null) and (not exists (select 1 from blocks where blocks.account_id = `notifications`.`account_id` and blocks.target_id = `likers`.`id`) and not exists (select 1 from blocks where blocks.account_id = `likers`.`id` and blocks.target_id = `notifications`.`account_id`)))) and `notifications`.`account_id` in (?, ?, ?, ?, ?) and `notifications`.`notification_key` > `settings`.`read_key` group by `notifications`.`account_id`;
-- 0, published, liked, liked, 1, 2, 3, 1, 1

-- listReplies: the first page
select `posts`.`status_key`, `posts`.`id`, `posts`.`account_id` from `posts` where `posts`.`state` = ? and `posts`.`reply_to_id` = ? and `posts`.`status_key` < ? order by `posts`.`status_key` asc limit 21;
-- published, 1, 9007199254740991

-- listReplies: a later page
select `posts`.`status_key`, `posts`.`id`, `posts`.`account_id` from `posts` where `posts`.`state` = ? and `posts`.`reply_to_id` = ? and `posts`.`status_key` < ? and `posts`.`status_key` > ? order by `posts`.`status_key` asc limit 21;
-- published, 1, 9007199254740991, 9

-- listThread
select `posts`.`status_key`, `posts`.`id`, `posts`.`account_id` from `posts` where `posts`.`state` = ? and `posts`.`root_id` = ? and `posts`.`status_key` < ? and `posts`.`status_key` > ? order by `posts`.`status_key` asc limit 21;
-- published, 1, 9007199254740991, 9

-- listBranch
select `below`.`status_key`, `below`.`id`, `below`.`account_id` from (
    with recursive below as (
      select id, status_key, account_id, state, 1 as depth
      from posts where reply_to_id = ?
      union all
      select replies.id, replies.status_key, replies.account_id, replies.state, below.depth + 1
      from below join posts as replies on replies.reply_to_id = below.id
      where below.depth < 500
    )
    select * from below
  ) as `below` where `below`.`state` = ? and `below`.`status_key` < ? and `below`.`status_key` > ? order by `below`.`status_key` asc limit 21;
-- 1, published, 9007199254740991, 9

-- readAncestorIds

    with recursive above as (
      select reply_to_id as id, 1 as height from posts where id = ?
      union all
      select posts.reply_to_id, above.height + 1 from above join posts on posts.id = above.id
      where above.height < 100
    )
    select id from above where id is not null order by height;
-- 1

-- findReport
select `reports`.*, `reporters`.`username` as `reporter`, `targets`.`username` as `target` from `reports` left join `accounts` as `reporters` on `reporters`.`id` = `reports`.`reporter_id` left join `accounts` as `targets` on `targets`.`id` = `reports`.`target_id` where `reports`.`id` = ?;
-- 1

-- listReports
select `reports`.*, `reporters`.`username` as `reporter`, `targets`.`username` as `target` from `reports` left join `accounts` as `reporters` on `reporters`.`id` = `reports`.`reporter_id` left join `accounts` as `targets` on `targets`.`id` = `reports`.`target_id` where `reports`.`state` = ? and `reports`.`id` < ? order by `reports`.`id` desc limit 21;
-- open, 4096

-- findByUsername
select `accounts`.`id`, `account_names`.`name_key`, `accounts`.`follower_count` from `account_names` inner join `accounts` on `accounts`.`id` = `account_names`.`account_id` where `account_names`.`name_key` >= ? and `account_names`.`name_key` < ? and `account_names`.`kind` = ? and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) order by `account_names`.`name_key` limit ?;
-- bob, bob􏿿, username, 200

-- findByDisplayName
select `id`, null as `name_key`, `follower_count` from `accounts` where `display_name_key` >= ? and `display_name_key` < ? and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) order by `display_name_key` limit ?;
-- bob, bob􏿿, 200

-- findUserDocument
select `accounts`.`id`, `accounts`.`username`, `accounts`.`login_name`, `accounts`.`email`, `user_documents`.`content`, `user_documents`.`last_login_at` from `accounts` left join `user_documents` on `user_documents`.`account_id` = `accounts`.`id` where `accounts`.`id` = ? and `accounts`.`deleted_at` is null;
-- 1

-- listUserDocuments
select `accounts`.`id`, `accounts`.`username`, `accounts`.`login_name`, `accounts`.`email`, `user_documents`.`content`, `user_documents`.`last_login_at` from `accounts` left join `user_documents` on `user_documents`.`account_id` = `accounts`.`id` where (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) order by `accounts`.`created_at` desc, `accounts`.`id` desc limit ?;
-- 500

-- countUserDocuments
select count(*) as `count` from `accounts` where (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null);
-- 

-- listActiveDocuments
select `accounts`.`id`, `accounts`.`username`, `accounts`.`login_name`, `accounts`.`email`, `user_documents`.`content`, `user_documents`.`last_login_at` from `user_documents` cross join `accounts` where `accounts`.`id` = `user_documents`.`account_id` and `user_documents`.`active_since` > ? and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null) order by `user_documents`.`active_since` desc, `user_documents`.`account_id` desc limit ?;
-- 2026-06-01T12:00:00.000Z, 500

-- countActiveDocuments
select count(*) as `count` from `user_documents` cross join `accounts` where `accounts`.`id` = `user_documents`.`account_id` and `user_documents`.`active_since` > ? and (`accounts`.`disabled_at` is null and `accounts`.`deleted_at` is null);
-- 2026-06-01T12:00:00.000Z

-- findGroup
select * from `groups` where `id` = ?;
-- 1

-- findGroupByName
select * from `groups` where `name_key` = ?;
-- dune walkers

-- listGroups
select * from `groups` where (`created_at` <= ? and (`created_at` < ? or `id` < ?)) order by `created_at` desc, `id` desc limit ?;
-- 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- listMemberAccounts
select `accounts`.*, `group_members`.`created_at` as `member_since` from `group_members` inner join `accounts` on `accounts`.`id` = `group_members`.`account_id` where `group_members`.`group_id` = ? and `accounts`.`deleted_at` is null and (`group_members`.`created_at` <= ? and (`group_members`.`created_at` < ? or `group_members`.`account_id` < ?)) order by `group_members`.`created_at` desc, `group_members`.`account_id` desc limit ?;
-- 1, 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- listMemberIds
select `account_id` from `group_members` where `group_id` = ? and `account_id` > ? order by `account_id` limit ?;
-- 1, 100, 100

-- findEventTemplate
select * from `event_templates` where `id` = ?;
-- 1

-- listEventTemplates
select * from `event_templates` where (`created_at` <= ? and (`created_at` < ? or `id` < ?)) order by `created_at` desc, `id` desc limit ?;
-- 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- findGroupEvent
select * from `group_events` where `id` = ?;
-- 1

-- listGroupEvents
select * from `group_events` where `group_id` = ? and (`created_at` <= ? and (`created_at` < ? or `id` < ?)) order by `created_at` desc, `id` desc limit ?;
-- 1, 2026-06-01T12:00:00.000Z, 2026-06-01T12:00:00.000Z, 40, 21

-- isEventDone
select `subscriber`, `event_id` from `done_events` where `subscriber` in (?, ?) and `event_id` in (?, ?);
-- media, media, 1, 1

-- isInOutbox
select `id` from `outbox` where `id` = ?;
-- 1

-- listDeadLetters
select `id`, `event_id`, `topic`, `subscriber`, `attempts`, `last_error`, `set_aside_at`, `request_id` from `outbox` where `set_aside_at` is not null order by `set_aside_at`, `id`;
-- 

-- readOutboxLoad
select `topic`, count(`id`) as `count`, count(`set_aside_at`) as `dead`, min(case when `set_aside_at` is null then `created_at` end) as `oldest_at` from `outbox` group by `topic`;
-- 

-- readDoneEvents
select `subscriber`, `event_id` from `done_events` where `subscriber` in (?, ?) and `event_id` in (?, ?);
-- notify, notify, 1, 1

-- lockDueEvents
select * from `outbox` where `set_aside_at` is null and `due_at` <= ? order by `due_at` limit ? for update skip locked;
-- 2026-06-01T12:00:00.000Z, 64

-- lockDueEvents: of some topics
select * from `outbox` where `set_aside_at` is null and `due_at` <= ? and `topic` in (?) order by `due_at` limit ? for update skip locked;
-- 2026-06-01T12:00:00.000Z, post.liked, 64

-- lockUntouched
select `id` from `outbox` where `id` in (?, ?) and `claims` = ? and `due_at` = `created_at` for update skip locked;
-- 1, 2, 0

-- lockEvents
select `id` from `outbox` where `id` in (?, ?) order by `id` for update;
-- 1, 2
