import type { Logger } from 'pino';
import { noCounters } from '../adapters/cache/memory.ts';
import { argon2Hasher } from '../adapters/passwords/argon2.ts';
import { joseSigner } from '../adapters/tokens/jose.ts';
import { secretBox } from '../adapters/tokens/secret-box.ts';
import { simpleWebauthn } from '../adapters/webauthn/simple-webauthn.ts';
import type { Services } from '../contracts/services.ts';
import type { Database } from '../db/database.ts';
import { idLeases } from '../db/ids.ts';
import { accountService } from '../domain/accounts/account-service.ts';
import { accountAdminService } from '../domain/administration/account-admin-service.ts';
import { accountHiding } from '../domain/administration/account-hiding.ts';
import { appPasswordService } from '../domain/app-passwords/app-password-service.ts';
import { auditLog } from '../domain/audit/audit-log.ts';
import { auditService } from '../domain/audit/audit-service.ts';
import { blockService } from '../domain/blocks/block-service.ts';
import { parting } from '../domain/blocks/parting.ts';
import { accountPurge } from '../domain/closing/account-purge.ts';
import { closingService } from '../domain/closing/closing-service.ts';
import { postPurge } from '../domain/closing/post-purge.ts';
import { deviceService } from '../domain/devices/device-service.ts';
import { type PushSenders, pushService } from '../domain/devices/push-service.ts';
import { emailService } from '../domain/emails/email-service.ts';
import { feedMemory } from '../domain/feeds/feed-memory.ts';
import { feedService } from '../domain/feeds/feed-service.ts';
import { followService } from '../domain/follows/follow-service.ts';
import { eventTemplateService } from '../domain/groups/event-template-service.ts';
import { groupEventService } from '../domain/groups/group-event-service.ts';
import { groupService } from '../domain/groups/group-service.ts';
import { identityJoining } from '../domain/identities/identity-joining.ts';
import { identityProofs } from '../domain/identities/identity-proofs.ts';
import { identityService } from '../domain/identities/identity-service.ts';
import { accountImport } from '../domain/imports/account-import.ts';
import { inviteService } from '../domain/invites/invite-service.ts';
import { likeService } from '../domain/likes/like-service.ts';
import { likedPosts } from '../domain/likes/liked-posts.ts';
import { liveEvents } from '../domain/live/live-events.ts';
import { mailService } from '../domain/mails/mail-service.ts';
import { mediaService } from '../domain/media/media-service.ts';
import { ownMediaService } from '../domain/media/own-media-service.ts';
import { memoryBudget } from '../domain/memory-budget.ts';
import { moderationService } from '../domain/moderation/moderation-service.ts';
import { notificationService } from '../domain/notifications/notification-service.ts';
import { notifier } from '../domain/notifications/notifier.ts';
import { originalService } from '../domain/originals/original-service.ts';
import { timeKeys } from '../domain/paging.ts';
import { passkeyCheck } from '../domain/passkeys/passkey-check.ts';
import { passkeyService } from '../domain/passkeys/passkey-service.ts';
import { ownerCheck } from '../domain/passwords/owner-check.ts';
import { passwordService } from '../domain/passwords/password-service.ts';
import { phoneService } from '../domain/phones/phone-service.ts';
import type {
  BlobStore,
  Broadcast,
  Counters,
  IdentityProvider,
  Images,
  Mailer,
  Now,
  PasswordHasher,
  TextMessages,
} from '../domain/ports.ts';
import { postReader } from '../domain/posts/post-reader.ts';
import { postService } from '../domain/posts/post-service.ts';
import { reportService } from '../domain/reports/report-service.ts';
import { searchService } from '../domain/search/search-service.ts';
import { codeCheck } from '../domain/second-factors/code-check.ts';
import { secondFactorPolicy } from '../domain/second-factors/second-factor-policy.ts';
import { secondFactorService } from '../domain/second-factors/second-factor-service.ts';
import { totpService } from '../domain/second-factors/totp-service.ts';
import { legacyTokenService } from '../domain/sessions/legacy-token-service.ts';
import { sessionService } from '../domain/sessions/session-service.ts';
import { signedLinkService } from '../domain/sessions/signed-link-service.ts';
import { threadService } from '../domain/threads/thread-service.ts';
import { userDocumentService } from '../domain/user-documents/user-document-service.ts';
import { verificationService } from '../domain/verifications/verification-service.ts';
import { relationReader } from '../domain/visibility/relations.ts';
import type { Config } from './config.ts';
import { publicUrlOf } from './public-url.ts';

type Machines = {
  now: Now;
  log: Logger;
  database: Database;
  /** No key that orders by time may be below it. */
  newestKey: number;
  blobs: BlobStore;
  images: Images;
  mailer: Mailer;
  texts: TextMessages;
  senders: PushSenders;
  passwords: PasswordHasher | undefined;
  /** Wrong passwords, and what is sent to people. */
  counters: Counters;
  broadcast: Broadcast;
  providers: IdentityProvider[];
};

/** The verbs of the domain, put together: what contracts call, and what jobs do. */
export function buildServices(config: Config, machines: Machines) {
  const shared = sharedParts(config, machines);
  const people = peopleServices(config, machines, shared);
  const content = contentServices(config, machines, { ...shared, accounts: people.accounts });
  const reaching = reachingServices(config, machines, shared);
  const { jobs: contentJobs, ...contentVerbs } = content;
  const { jobs: reachingJobs, ...reachingVerbs } = reaching;
  const { importAccounts, ...peopleVerbs } = people;
  const services: Services = { ...peopleVerbs, ...contentVerbs, ...reachingVerbs };
  const { passwords, phones } = services;
  return { services, jobs: { ...contentJobs, ...reachingJobs, passwords, phones }, importAccounts };
}

/** What nearly every service needs. */
function sharedParts(config: Config, machines: Machines) {
  const { now, database } = machines;
  const newId = idLeases(database);
  const newKey = timeKeys(now, Math.random, machines.newestKey);
  const passwords = machines.passwords ?? argon2Hasher({ concurrency: config.concurrency });
  const tokens = joseSigner({ secret: config.secretKey, now });
  const counters = config.hasRateLimits ? machines.counters : noCounters;
  const audit = auditLog({ now, newKey });
  const verifications = verificationService({ database, newId, now, tokens });
  const { name: instanceName } = config.instance;
  const parts = {
    database,
    now,
    newId,
    newKey,
    passwords,
    tokens,
    counters,
    audit,
    verifications,
    instanceName,
  };
  const box = secretBox({ secret: config.secretKey });
  const verifier = simpleWebauthn({ ...config.webauthn, instanceName });
  const checkCode = codeCheck({ ...parts, box });
  const checkPasskey = passkeyCheck({ ...parts, verifier });
  const checks = { box, verifier, checkCode, checkPasskey };
  const checkOwner = ownerCheck({ ...parts, ...checks });
  const memory = memoryBudget(config.serving.memoryCacheBytes);
  const viewerStates = { likedByMe: likedPosts(database, memory) };
  const relations = relationReader(database, memory.relations);
  const reader = postReader({ database, viewerStates, relations, memory });
  return { ...parts, ...checks, checkOwner, memory, relations, postReader: reader };
}

type Shared = ReturnType<typeof sharedParts>;

/** Who people are, and the ways in. */
function peopleServices(config: Config, { texts, providers }: Machines, shared: Shared) {
  const { signUps, sms } = config;
  const { database } = shared;
  const invites = inviteService(shared);
  const accounts = accountService({ ...shared, invites, signUps });
  const appPasswords = appPasswordService(shared);
  const policy = secondFactorPolicy(shared);
  const sessions = sessionService({ ...shared, secondFactors: policy, appPasswords });
  const opening = { ...shared, sessions };
  return {
    accounts,
    accountAdmin: accountAdminService({ ...shared, accounts }),
    auditLog: auditService({ database }),
    sessions,
    signedLinks: signedLinkService({ ...shared, sessions }),
    legacyTokens: legacyTokenService({ ...shared, sessions }),
    secondFactors: secondFactorService(opening),
    totp: totpService(shared),
    passkeys: passkeyService(opening),
    appPasswords,
    closing: closingService(shared),
    identities: identityServiceOf(config, { ...shared, sessions, providers }),
    emails: emailService(shared),
    phones: phoneService({ ...shared, ...sms, texts }),
    passwords: passwordService(shared),
    invites,
    userDocuments: userDocumentService(shared),
    importAccounts: accountImport(shared),
  };
}

function identityServiceOf(
  { identity, signUps }: Config,
  needs: Shared & Pick<Machines, 'providers'> & { sessions: ReturnType<typeof sessionService> },
) {
  const { redirectUris } = identity;
  const proofs = identityProofs({ ...needs, redirectUris });
  const join = identityJoining({ ...needs, signUps, chance: Math.random });
  return identityService({ ...needs, proofs, join });
}

/** What people show each other. */
function contentServices(
  config: Config,
  { blobs, images }: Machines,
  needs: Shared & Pick<Services, 'accounts'>,
) {
  const { database, now, newKey } = needs;
  const { maxBytes, quotaBytes } = config.media;
  const media = mediaService({ ...needs, blobs, images, maxBytes, quotaBytes });
  const posts = postService({ ...needs, media });
  const follows = followService(needs);
  const purgePost = postPurge({ database, media });
  return {
    media,
    moderation: moderationService({ ...needs, media }),
    reports: reportService(needs),
    search: searchService(needs),
    ownMedia: ownMediaService({ database, now, media }),
    originals: originalService({ database, blobs, media, posts, now }),
    posts,
    likes: likeService({ ...needs, posts }),
    threads: threadService(needs),
    follows,
    blocks: blockService({ ...needs, follows }),
    feeds: feedService({ ...needs, feedMemory: feedMemory(database, needs.memory) }),
    jobs: {
      media,
      purgePost,
      hideAccount: accountHiding({ database, now }),
      partAccounts: parting({ database, now }),
      purgeAccount: accountPurge({ database, now, follows, media, purgePost }),
      notifier: notifier({ now, newKey }),
    },
  };
}

/** What reaches people outside of a request. */
function reachingServices(
  config: Config,
  { log, mailer, senders, broadcast }: Machines,
  shared: Shared,
) {
  const { database, now, postReader } = shared;
  const pushKey = config.push.webPush?.vapid.publicKey ?? null;
  const groupEvents = groupEventService(shared);
  return {
    devices: deviceService({ ...shared, senders, pushKey }),
    groups: groupService(shared),
    eventTemplates: eventTemplateService(shared),
    groupEvents,
    notifications: notificationService(shared),
    live: liveEvents({
      database,
      postReader,
      now,
      broadcast,
      maxStreams: config.live.maxStreams,
      onTrouble: (err) => log.warn({ err }, 'live connections are told nothing for now'),
    }),
    jobs: {
      mails: mailService({
        ...shared,
        mailer,
        publicUrl: publicUrlOf(config),
        letters: config.letters,
        sender: config.instance,
        log,
      }),
      pushes: pushService({ database, now, senders }),
      groupEvents,
    },
  };
}
