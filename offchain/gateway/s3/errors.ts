import { HoldfastError } from '../../wire/errors.ts';

/** S3's own codes with the status and sentence that go with each; docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. */
const CODES = {
  AccessDenied: [403, 'Access denied.'],
  AccessForbidden: [403, 'CORSResponse: This CORS request is not allowed.'],
  AuthorizationHeaderMalformed: [400, 'The Authorization header is malformed.'],
  AuthorizationQueryParametersError: [400, 'The query parameters that sign this request are malformed.'],
  BadDigest: [400, 'The Content-MD5 or checksum that was given does not fit the bytes that arrived.'],
  BucketAlreadyOwnedByYou: [409, 'The bucket exists, and it is yours.'],
  BucketNotEmpty: [409, 'The bucket still holds objects, versions or uploads; delete them first.'],
  EntityTooLarge: [400, 'The object is larger than one upload may be.'],
  EntityTooSmall: [400, 'Every part but the last must have at least 5 MiB.'],
  IllegalVersionIdException: [400, 'The version id is none of this gateway.'],
  IncorrectNumberOfFilesInPostRequest: [400, 'POST requires exactly one file upload per request.'],
  InvalidPolicyDocument: [400, 'The content of the form does not meet the conditions specified in the policy document.'],
  MalformedPOSTRequest: [400, 'The body of your POST request is not well-formed multipart/form-data.'],
  MaxPostPreDataLengthExceededError: [400, 'Your POST request fields preceding the upload file were too large.'],
  IncompleteBody: [400, 'Fewer or more bytes arrived than the request announced.'],
  InternalError: [500, 'Something failed inside the gateway; its log says what.'],
  InvalidAccessKeyId: [403, 'There is no such access key. `holdfast gateway keys list` shows those that exist.'],
  InvalidArgument: [400, 'An argument is invalid.'],
  InvalidBucketName: [400, 'A bucket name has 3 to 63 lower-case letters, digits, dots and hyphens, and begins and ends with a letter or digit.'],
  InvalidDigest: [400, 'Content-MD5 or the checksum header is not the base64 text of a digest of the right length.'],
  InvalidPart: [400, 'A part is missing, or its ETag or checksum is another one.'],
  InvalidPartOrder: [400, 'Parts must be listed in ascending order, each once.'],
  InvalidRange: [416, 'The object ends before the range begins.'],
  InvalidRequest: [400, 'The request is invalid.'],
  InvalidTag: [400, 'A tag is invalid: at most 128 characters of key, 256 of value, each key once.'],
  InvalidURI: [400, 'The path is no valid percent-encoded UTF-8, or holds a zero byte.'],
  KeyTooLongError: [400, 'A key has at most 1,024 bytes of UTF-8.'],
  MalformedXML: [400, 'The XML is not well-formed or does not have the shape that this operation expects.'],
  MaxMessageLengthExceeded: [400, 'The request body is too long.'],
  MetadataTooLarge: [400, 'User metadata has at most 2 KiB.'],
  MethodNotAllowed: [405, 'This method is not allowed here.'],
  MissingContentLength: [411, 'Content-Length is missing.'],
  MissingRequestBodyError: [400, 'The request body is empty.'],
  NoSuchBucket: [404, 'There is no such bucket.'],
  NoSuchBucketPolicy: [404, 'The bucket has no policy.'],
  NoSuchCORSConfiguration: [404, 'The bucket has no CORS configuration.'],
  NoSuchKey: [404, 'There is no such key.'],
  NoSuchLifecycleConfiguration: [404, 'The bucket has no lifecycle configuration.'],
  NoSuchPublicAccessBlockConfiguration: [404, 'The bucket has no public access block.'],
  NoSuchTagSet: [404, 'The bucket has no tags.'],
  NoSuchUpload: [404, 'There is no such upload; it may have been completed or aborted.'],
  NoSuchVersion: [404, 'There is no such version.'],
  NoSuchWebsiteConfiguration: [404, 'The bucket has no website configuration.'],
  NotImplemented: [501, 'This gateway does not have that operation.'],
  NotModified: [304, 'Not modified.'],
  ObjectLockConfigurationNotFoundError: [404, 'The bucket has no object lock.'],
  NoSuchObjectLockConfiguration: [404, 'The object has no lock.'],
  OperationAborted: [409, 'Another request is changing the same thing; try again.'],
  OwnershipControlsNotFoundError: [404, 'The bucket has no ownership controls.'],
  PreconditionFailed: [412, 'A condition of the request does not hold.'],
  ReplicationConfigurationNotFoundError: [404, 'The bucket has no replication.'],
  RequestHeaderSectionTooLarge: [400, 'The headers are too long.'],
  RequestTimeTooSkewed: [403, "The request's time and this machine's are more than 15 minutes apart."],
  RequestTimeout: [400, 'The request body did not arrive in time.'],
  ServerSideEncryptionConfigurationNotFoundError: [404, 'The bucket names no encryption of its own; everything is encrypted before it leaves the gateway.'],
  ServiceUnavailable: [503, 'The gateway cannot do this now; try again.'],
  SignatureDoesNotMatch: [403, 'The signature does not fit the request and the secret key.'],
  SlowDown: [503, 'Too much at once; try again after a pause.'],
  TooManyBuckets: [400, 'There are too many buckets.'],
  XAmzContentSHA256Mismatch: [400, 'The body does not have the SHA-256 in x-amz-content-sha256.'],
  InvalidLocationConstraint: [400, "The location is not this gateway's region."],
  InsufficientStorage: [507, 'There is no space left.'],
} as const satisfies Readonly<Record<string, readonly [status: number, sentence: string]>>;

export type S3Code = keyof typeof CODES;

export interface S3ErrorOptions {
  readonly cause?: unknown;
  /** More elements of the error's XML. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A failure as S3 tells it. */
export class S3Error extends HoldfastError {
  readonly s3Code: S3Code;
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(s3Code: S3Code, sentence: string = CODES[s3Code][1], options: S3ErrorOptions = {}) {
    super(s3Code, sentence, { cause: options.cause, retryable: CODES[s3Code][0] === 503 });
    this.s3Code = s3Code;
    this.status = CODES[s3Code][0];
    this.fields = options.fields ?? {};
    this.headers = options.headers ?? {};
  }
}
