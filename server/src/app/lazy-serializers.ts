import compiler from '@fastify/fast-json-stringify-compiler';

type Build = ReturnType<typeof compiler.SerializerSelector>;

/**
 * Fastify's own compiler of response schemas, asked for a route's when its first answer is sent. All of them at once would be a
 * third of the start, and most of the time that a test takes to build a server.
 */
export const lazySerializers: Build = (externalSchemas, options) => {
  const compile = compiler.SerializerSelector()(externalSchemas, options);
  return (route) => {
    let serialize: ReturnType<typeof compile> | undefined;
    return (data) => {
      serialize ??= compile(route);
      return serialize(data);
    };
  };
};
