import type { Operation } from './call.ts';
import { S3Error } from './errors.ts';
import { abortUpload } from './ops/abort-upload.ts';
import { empty, getAcl, missing, missingOfObject, notAllowed, notImplemented, requestPayment } from './ops/absent.ts';
import { getAttributes } from './ops/attributes.ts';
import { deleteBucketTags, getBucketTags, getVersioning, putBucketTags, putVersioning } from './ops/bucket-settings.ts';
import { createBucket, deleteBucket, getLocation, headBucket, listBuckets } from './ops/buckets.ts';
import { completeUpload } from './ops/complete-upload.ts';
import { copyObject } from './ops/copy-object.ts';
import { COPY_SOURCE } from './ops/copy-source.ts';
import { deleteCors, getCors, putCors } from './ops/cors.ts';
import { createUpload } from './ops/create-upload.ts';
import { deleteObject } from './ops/delete-object.ts';
import { deleteObjects } from './ops/delete-objects.ts';
import { getObject, headObject } from './ops/get-object.ts';
import { deleteLifecycle, getLifecycle, putLifecycle } from './ops/lifecycle.ts';
import { listObjects, listObjectsV2 } from './ops/list-objects.ts';
import { listParts } from './ops/list-parts.ts';
import { listUploads } from './ops/list-uploads.ts';
import { listVersions } from './ops/list-versions.ts';
import { deleteObjectTags, getObjectTags, putObjectTags } from './ops/object-tags.ts';
import { putObject } from './ops/put-object.ts';
import { copyPart, putPart } from './ops/put-part.ts';
import type { Query } from './request/query.ts';
import type { Target } from './request/target.ts';

/** Parameters of the query that make another operation of a request; the first that is present counts. '' is the plain one. */
const SUBRESOURCES = [
  'abac', 'accelerate', 'acl', 'analytics', 'annotation', 'attributes', 'cors', 'delete', 'encryption', 'inventory', 'intelligent-tiering', 'legal-hold', 'lifecycle', 'location', 'logging', 'metadataAnnotationTable', 'metadataConfiguration',
  'metadataInventoryTable', 'metadataJournalTable', 'metadataTable', 'metrics', 'notification', 'object-lock', 'ownershipControls', 'policy', 'policyStatus', 'publicAccessBlock', 'renameObject', 'replication', 'requestPayment', 'restore', 'retention', 'select', 'session', 'tagging',
  'torrent', 'uploadId', 'uploads', 'versioning', 'versions', 'website',
] as const;

type Table = Readonly<Record<string, Operation>>;

const BUCKET: Table = {
  'PUT ': createBucket, 'HEAD ': headBucket, 'DELETE ': deleteBucket, 'GET ': listObjects, 'GET versions': listVersions, 'GET uploads': listUploads, 'GET location': getLocation, 'POST delete': deleteObjects,
  'GET versioning': getVersioning, 'PUT versioning': putVersioning,
  'GET lifecycle': getLifecycle, 'PUT lifecycle': putLifecycle, 'DELETE lifecycle': deleteLifecycle,
  'GET cors': getCors, 'PUT cors': putCors, 'DELETE cors': deleteCors,
  'GET tagging': getBucketTags, 'PUT tagging': putBucketTags, 'DELETE tagging': deleteBucketTags,
  'GET acl': getAcl, 'GET requestPayment': requestPayment,
  'GET policy': missing('NoSuchBucketPolicy'), 'GET policyStatus': missing('NoSuchBucketPolicy'), 'GET encryption': missing('ServerSideEncryptionConfigurationNotFoundError'),
  'GET object-lock': missing('ObjectLockConfigurationNotFoundError'), 'GET website': missing('NoSuchWebsiteConfiguration'), 'GET replication': missing('ReplicationConfigurationNotFoundError'),
  'GET publicAccessBlock': missing('NoSuchPublicAccessBlockConfiguration'), 'GET ownershipControls': missing('OwnershipControlsNotFoundError'),
  'GET logging': empty('BucketLoggingStatus'), 'GET notification': empty('NotificationConfiguration'), 'GET accelerate': empty('AccelerateConfiguration'),
};

const OBJECT: Table = {
  'PUT ': putObject, 'GET ': getObject, 'HEAD ': headObject, 'DELETE ': deleteObject,
  'PUT uploadId': putPart, 'GET uploadId': listParts, 'POST uploadId': completeUpload, 'DELETE uploadId': abortUpload, 'POST uploads': createUpload,
  'GET tagging': getObjectTags, 'PUT tagging': putObjectTags, 'DELETE tagging': deleteObjectTags,
  'GET attributes': getAttributes, 'GET acl': getAcl, 'GET retention': missingOfObject('NoSuchObjectLockConfiguration'), 'GET legal-hold': missingOfObject('NoSuchObjectLockConfiguration'),
};

/**
 * What the queries of plain writes may hold. Another parameter may name an operation that S3 has and nobody here knows (DELETE /bucket/key?annotation): taken
 * for the plain one it would delete or overwrite the object.
 */
const KNOWN_OF_WRITES: Readonly<Record<string, readonly string[]>> = { PUT: [], POST: [], DELETE: ['versionId'] };

const METHODS = new Set(['GET', 'HEAD', 'PUT', 'POST', 'DELETE']);

/** Which operation a request is. Never fails: what is not known is an operation that says so. */
export function route(method: string, { bucket, key, query }: Target, header: (name: string) => string | undefined): Operation {
  if (!METHODS.has(method)) return notAllowed;
  if (bucket === undefined) return method === 'GET' ? listBuckets : notAllowed;
  const sub = SUBRESOURCES.find((name) => query.has(name)) ?? '';
  if (sub === '' && !isPlain(method, query)) return notImplemented;
  if (key === undefined) return `${method} ${sub}` === 'GET ' && query.has('list-type') ? listType(query.get('list-type')) : (BUCKET[`${method} ${sub}`] ?? notImplemented);
  if (method === 'PUT' && header(COPY_SOURCE) !== undefined && (sub === '' || sub === 'uploadId')) return sub === '' ? copyObject : copyPart;
  return OBJECT[`${method} ${sub}`] ?? notImplemented;
}

/** Parameters that begin with `x-` mean nothing to S3 either; those of signatures begin so too. */
function isPlain(method: string, query: Query): boolean {
  const known = KNOWN_OF_WRITES[method];
  return known === undefined || query.pairs.every(([name]) => known.includes(name) || /^x-/i.test(name));
}

function listType(value: string | undefined): Operation {
  if (value === '2') return listObjectsV2;
  return async () => {
    throw new S3Error('InvalidArgument', 'list-type must be 2.', { fields: { ArgumentName: 'list-type', ArgumentValue: value ?? '' } });
  };
}
