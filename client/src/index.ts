/** The address below which a Rookery server answers. */
export const contractPath = '/v2';
